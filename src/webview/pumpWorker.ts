// The worker that pumps run in; see files/workerPumps.ts. It is bundled as a text into the page.
import { Pump } from './files/pump.ts';
import type { PumpNews, PumpOrder } from './files/pumpMessages.ts';
import { SourceSockets } from './files/sourceSocket.ts';

/** What there is of a dedicated worker's scope that this needs. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<PumpOrder>) => void) | null;
  postMessage(news: PumpNews): void;
  onunhandledrejection: ((event: PromiseRejectionEvent) => void) | null;
}

interface Running {
  readonly pump: Pump;
  readonly tellUrl: (url: string | null) => void;
}

const scope = globalThis as unknown as WorkerScope;
const sources = new SourceSockets();
const running = new Map<number, Running>();

scope.onmessage = ({ data: order }) => {
  if (order.t === 'start') return start(order);
  const { pump, tellUrl } = running.get(order.pump) ?? {};
  if (order.t === 'url') tellUrl?.(order.url);
  else if (order.t === 'pause') pump?.pause();
  else if (order.t === 'cancel') pump?.cancel(order.problem);
  else if (!pump?.addLane(order.channel)) order.channel.close();
};

scope.onunhandledrejection = ({ reason }) => {
  scope.postMessage({ t: 'problem', what: String(reason) });
};

function start({ pump: number, direction, size, channel }: PumpOrder & { t: 'start' }): void {
  let tellUrl: Running['tellUrl'] = () => undefined;
  const url = new Promise<string>((resolve, reject) => {
    tellUrl = (found) => (found === null ? reject(new Error('there is no stream')) : resolve(found));
  });
  const pump: Pump = new Pump({
    direction,
    channel,
    url,
    ...(direction === 'send' ? { openStream: (address) => sources.open(address) } : {}),
    size,
    onProgress: (bytes) => scope.postMessage({ t: 'progress', pump: number, bytes }),
    onContent: () => scope.postMessage({ t: 'content', pump: number, bytes: pump.bytes }),
  });
  running.set(number, { pump, tellUrl });
  void pump.done.then((end) => {
    running.delete(number);
    scope.postMessage({ t: 'done', pump: number, end, bytes: pump.bytes });
  });
}
