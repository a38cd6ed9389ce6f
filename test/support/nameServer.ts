import { createSocket } from 'node:dgram';

// A program: the name server of a network that knows no names, on the address it is given. It prints each name that it
// is asked for on a line of its own, after an empty line that says that it listens.

/** A message begins with twelve bytes: id, flags, and how many entries of four kinds follow (RFC 1035, section 4.1.1). */
const HEADER = 12;
/** An answer to a question that wanted recursion: there is no such name. */
const NO_SUCH_NAME = 0x81_83;

const [address = '127.0.0.1'] = process.argv.slice(2);
const socket = createSocket('udp4');
socket.on('message', (query, from) => {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query[at] ?? 0; length > 0 && at < query.length; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  console.log(labels.join('.'));
  // The question goes back as it is: its name, the byte that ends it, type and class.
  const answer = Buffer.from(query.subarray(0, at + 5));
  answer.writeUInt16BE(NO_SUCH_NAME, 2);
  answer.writeUInt16BE(1, 4);
  answer.fill(0, 6, HEADER);
  socket.send(answer, from.port, from.address);
});
socket.bind(53, address, () => console.log(''));
