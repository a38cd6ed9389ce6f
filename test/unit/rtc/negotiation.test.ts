import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { CandidateMessage, DescriptionMessage } from '../../../src/shared/protocol.ts';
import { Negotiation } from '../../../src/webview/rtc/negotiation.ts';
import { FakeConnection, turn } from './fakeConnection.ts';

type Message = DescriptionMessage | CandidateMessage;

/** One side, with what it sent and what became of it. */
class Side {
  readonly pc: FakeConnection;
  readonly negotiation: Negotiation;
  readonly sent: Message[] = [];
  readonly problems: unknown[] = [];
  stable = 0;
  asked = 0;
  accepts = true;
  to: Side | null = null;

  constructor(polite: boolean, pc = new FakeConnection()) {
    this.pc = pc;
    this.negotiation = new Negotiation({
      pc: pc as unknown as RTCPeerConnection,
      polite,
      send: (message) => {
        this.sent.push(message);
        setImmediate(() => this.to?.negotiation.receive(message));
      },
      beforeAnswer: () => {
        this.asked += 1;
        return this.accepts;
      },
      onStable: () => {
        this.stable += 1;
      },
      onProblem: (error) => this.problems.push(error),
    });
  }

  get types(): string[] {
    return this.sent.map((message) => (message.t === 'description' ? message.description.type : 'candidate'));
  }
}

/** Two sides, connected as PeerJS leaves them. */
function pair(): { polite: Side; impolite: Side } {
  const [caller, callee] = [new FakeConnection(), new FakeConnection()];
  FakeConnection.join(caller, callee);
  const [polite, impolite] = [new Side(true, callee), new Side(false, caller)];
  polite.to = impolite;
  impolite.to = polite;
  return { polite, impolite };
}

async function quiet(...sides: Side[]): Promise<void> {
  const count = (): number =>
    sides.reduce((sum, { sent, problems }) => sum + sent.length + problems.length, 0);
  for (let still = 0, before = count(); still < 20; still++) {
    await turn();
    if (count() !== before) [still, before] = [0, count()];
  }
}

const offer = (sdp = 'v=0\r\na=ice-ufrag:theirs\r\n'): DescriptionMessage => ({
  t: 'description',
  description: { type: 'offer', sdp },
});
const candidate = (ufrag: string): CandidateMessage => ({
  t: 'candidate',
  candidate: {
    candidate: `candidate:1 1 udp 1 127.0.0.1 9 typ host ufrag ${ufrag}`,
    sdpMid: '0',
    sdpMLineIndex: 0,
  },
});

describe('Negotiation', () => {
  it('offers what is needed and answers it, once', async () => {
    const { polite, impolite } = pair();
    polite.pc.need();
    await quiet(polite, impolite);
    assert.deepEqual([polite.types, impolite.types], [['offer'], ['answer']]);
    assert.deepEqual([polite.stable, impolite.stable, impolite.asked, polite.asked], [1, 1, 1, 0]);
    assert.deepEqual([...polite.problems, ...impolite.problems], []);
  });

  it('lets the impolite side have its way when both offer at once, and the polite side right after', async () => {
    const { polite, impolite } = pair();
    polite.pc.need();
    impolite.pc.need();
    await quiet(polite, impolite);
    assert.deepEqual([polite.pc.rolledBack, impolite.pc.rolledBack], [1, 0], 'who gave way');
    assert.deepEqual(
      [polite.types, impolite.types],
      [
        ['offer', 'answer', 'offer'],
        ['offer', 'answer'],
      ],
    );
    assert.deepEqual([polite.pc.signalingState, impolite.pc.signalingState], ['stable', 'stable']);
    assert.deepEqual([...polite.problems, ...impolite.problems], []);
  });

  it('knows of glare also while its own offer is being made', async () => {
    const { impolite } = pair();
    impolite.to = null;
    impolite.pc.need();
    await Promise.resolve();
    assert.equal(impolite.pc.signalingState, 'stable', 'the offer is not made yet');
    impolite.negotiation.receive(offer());
    await quiet(impolite);
    assert.deepEqual(impolite.types, ['offer'], 'no answer');
  });

  it('says nothing of candidates of an offer that it ignored, and takes those of the next', async () => {
    const { impolite } = pair();
    impolite.to = null;
    impolite.pc.need();
    await quiet(impolite);
    impolite.negotiation.receive(offer());
    impolite.negotiation.receive(candidate('theirs'));
    await quiet(impolite);
    assert.deepEqual([impolite.problems, impolite.pc.candidates], [[], []]);
    const answer = { type: 'answer', sdp: 'v=0\r\na=ice-ufrag:next\r\n' } as const;
    impolite.negotiation.receive({ t: 'description', description: answer });
    impolite.negotiation.receive(candidate('next'));
    await quiet(impolite);
    assert.equal(impolite.pc.candidates.length, 1);
    impolite.negotiation.receive(candidate('nobody’s'));
    await quiet(impolite);
    assert.equal(impolite.problems.length, 1, 'there is no excuse for this one');
  });

  it('goes on after a candidate that came before its description', async () => {
    const side = new Side(true);
    side.negotiation.receive(candidate('theirs'));
    side.negotiation.receive(offer());
    side.negotiation.receive(candidate('theirs'));
    await quiet(side);
    assert.equal(side.problems.length, 1);
    assert.deepEqual([side.types, side.pc.candidates.length], [['answer'], 1]);
  });

  it('takes one message after the other, in the order they came', async () => {
    const { impolite } = pair();
    impolite.to = null;
    impolite.negotiation.receive(offer());
    impolite.negotiation.receive(candidate('theirs'));
    impolite.negotiation.receive(offer('v=0\r\na=ice-ufrag:later\r\n'));
    impolite.negotiation.receive(candidate('later'));
    await quiet(impolite);
    assert.deepEqual([impolite.types, impolite.problems], [['answer', 'answer'], []]);
    assert.equal(impolite.pc.candidates.length, 2);
  });

  it('sends its candidates as they come, and on demand those that came before', async () => {
    const { polite, impolite } = pair();
    polite.pc.need();
    await quiet(polite, impolite);
    polite.pc.gather();
    await quiet(polite, impolite);
    assert.equal(impolite.pc.candidates.length, 1);
    const lines = [
      'v=0',
      'm=audio 9',
      'a=mid:a',
      'a=candidate:1 host',
      'm=video 9',
      'a=mid:v',
      'a=candidate:2 host',
      '',
    ];
    polite.pc.localDescription = { type: 'offer', sdp: lines.join('\r\n') };
    const before = polite.sent.length;
    polite.negotiation.resendCandidates();
    assert.deepEqual(polite.sent.slice(before), [
      { t: 'candidate', candidate: { candidate: 'candidate:1 host', sdpMid: 'a', sdpMLineIndex: 0 } },
      { t: 'candidate', candidate: { candidate: 'candidate:2 host', sdpMid: 'v', sdpMLineIndex: 1 } },
    ]);
    await quiet(polite, impolite);
  });

  it('does not answer an offer that it cannot use', async () => {
    const { polite } = pair();
    polite.to = null;
    polite.accepts = false;
    polite.negotiation.receive(offer());
    await quiet(polite);
    assert.deepEqual([polite.types, polite.problems.length, polite.stable], [[], 1, 0]);
  });

  it('does not take an offer that failed for one under way', async () => {
    const { impolite } = pair();
    impolite.to = null;
    impolite.pc.failsNext = true;
    impolite.pc.need();
    await quiet(impolite);
    assert.deepEqual([impolite.types, impolite.problems.length], [[], 1]);
    impolite.negotiation.receive(offer());
    await quiet(impolite);
    assert.deepEqual(impolite.types, ['answer', 'offer'], 'what it needs comes after');
  });

  it('lets a camera start at a rate that carries a picture', async () => {
    const { polite } = pair();
    polite.to = null;
    polite.negotiation.receive(offer('v=0\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:98 VP9/90000\r\n'));
    await quiet(polite);
    const lines = polite.pc.remoteDescription?.sdp.split('\r\n') ?? [];
    const asked = lines.filter((line) => line.startsWith('a=fmtp')).map((line) => line.split('='));
    assert.equal(asked.length, 1, 'of one codec');
    assert.equal(asked[0]?.[1], 'fmtp:96 x-google-start-bitrate');
    assert.ok(Number(asked[0]?.[2]) > 300, 'more than Chromium starts at');
  });
});
