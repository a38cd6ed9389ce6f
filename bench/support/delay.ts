// A program: holds the packets between pairs of addresses for a while, as distance does. Each pair of its ports is a line
// between two ends: what comes in at one goes out at the other, to whoever was heard there last.
//   node delay.ts <address> <first port> <pairs> <milliseconds each way>
import { createSocket, type Socket } from 'node:dgram';

const [address = '', firstPort, pairs, delay] = process.argv
  .slice(2)
  .map((word, at) => (at ? Number(word) : word));

interface End {
  readonly socket: Socket;
  peer: { port: number; address: string } | undefined;
}

function end(port: number): End {
  const made: End = { socket: createSocket('udp4'), peer: undefined };
  made.socket.bind(port, String(address));
  return made;
}

for (let pair = 0; pair < Number(pairs); pair++) {
  const ends = [end(Number(firstPort) + 2 * pair), end(Number(firstPort) + 2 * pair + 1)] as const;
  for (const [index, from] of ends.entries()) {
    from.socket.on('message', (packet, { port, address: source }) => {
      from.peer = { port, address: source };
      setTimeout(() => {
        const to = ends[index === 0 ? 1 : 0];
        if (to.peer) to.socket.send(packet, to.peer.port, to.peer.address);
      }, Number(delay));
    });
  }
}
console.log('ready');
