import { build, type Plugin } from 'esbuild';

/**
 * `import text from 'inline:./x.ts'`: the bundled script as a text, for a worker that is made of a blob. A webview may load no
 * worker from an address.
 */
export const inlineScript: Plugin = {
  name: 'inline-script',
  setup: (outer) => {
    outer.onResolve({ filter: /^inline:/ }, async ({ path, resolveDir, kind }) => {
      const found = await outer.resolve(path.slice('inline:'.length), { resolveDir, kind });
      return { ...found, namespace: 'inline-script' };
    });
    outer.onLoad({ filter: /.*/, namespace: 'inline-script' }, async ({ path }) => {
      const { target = [], minify = false, format = 'iife' } = outer.initialOptions;
      const { outputFiles, metafile } = await build({
        entryPoints: [path],
        bundle: true,
        write: false,
        metafile: true,
        legalComments: 'none',
        target,
        minify,
        format,
      });
      return {
        contents: outputFiles[0]?.text ?? '',
        loader: 'text',
        watchFiles: Object.keys(metafile.inputs),
      };
    });
  },
};
