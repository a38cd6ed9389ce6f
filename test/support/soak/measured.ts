import { createServer } from 'node:http';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded by every process of Node under a VS Code server of the soak before its own program. In an extension host it
// answers whoever asks at a socket what is left after a collection of garbage, and what nobody caught.

const folder = process.env['PARLEY_SOAK_SOCKETS'];
if (!process.argv.includes('--type=extensionHost')) {
  // VS Code gives its extension hosts no NODE_OPTIONS, but the arguments of its server.
  if (!process.execArgv.includes(import.meta.url)) process.execArgv.push('--import', import.meta.url);
} else if (folder !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const rejections: string[] = [];
  process.on('unhandledRejection', (reason) => {
    rejections.push(String(reason instanceof Error ? reason.stack : reason));
  });
  const server = createServer((_request, response) => {
    collect();
    response.end(JSON.stringify({ ...process.memoryUsage(), rejections: rejections.splice(0) }));
  });
  server.listen(join(folder, String(process.pid)));
  server.unref();
}
