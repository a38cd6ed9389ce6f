import type { CaptureProblem } from '../../shared/stageRpc.ts';

/** A request was refused without a person having been asked: the page itself may not capture. */
export class CaptureForbiddenError extends Error {
  override readonly name = 'CaptureForbiddenError';
}

/** Names what `getUserMedia` or `getDisplayMedia` rejected with (W3C Media Capture, section 10.2). */
export function captureProblem(error: unknown): CaptureProblem {
  if (error instanceof CaptureForbiddenError) return 'not-allowed-here';
  if (!(error instanceof DOMException)) return 'unknown';
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'unknown';
  }
}
