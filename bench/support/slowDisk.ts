/**
 * Runs in a page before its own scripts: what it takes of shared files comes at so many bytes a second and no faster,
 * because the credit that its disk gives is handed out slowly. So it is in workers that the page makes of a text.
 */
export function slowDisk(rate: number): void {
  const slow = (most: number): void => {
    // Few enough of them that a side that is not ready yet can keep all.
    const PIECE = 512 * 1024;
    const prototype = RTCDataChannel.prototype as { send: (this: RTCDataChannel, data: unknown) => void };
    const { send } = prototype;
    /** When the credit that was given so far will have been used, by channel. */
    const used = new WeakMap<RTCDataChannel, number>();
    prototype.send = function (data) {
      const isCredit = typeof data === 'string' && data.startsWith('{"t":"credit"');
      if (!isCredit) return send.call(this, data);
      let { bytes } = JSON.parse(data) as { bytes: number };
      let at = Math.max(performance.now(), used.get(this) ?? 0);
      for (; bytes > 0; bytes -= PIECE) {
        const piece = JSON.stringify({ t: 'credit', bytes: Math.min(PIECE, bytes) });
        setTimeout(() => {
          if (this.readyState === 'open') send.call(this, piece);
        }, at - performance.now());
        at += (PIECE / most) * 1_000;
      }
      used.set(this, at);
    };
  };
  slow(rate);
  const script = `(${slow.toString()})(${String(rate)});`;
  globalThis.Blob = class extends Blob {
    constructor(parts: BlobPart[] = [], options: BlobPropertyBag = {}) {
      super(options.type === 'text/javascript' ? [script, ...parts] : parts, options);
    }
  };
}
