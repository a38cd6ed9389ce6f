/** A script, bundled into a text; see scripts/lib/inlineScript.ts. */
declare module 'inline:*' {
  const script: string;
  export default script;
}
