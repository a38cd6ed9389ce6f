import { errorCode } from './gateway/errorCode.ts';

/** Whether a process runs on this machine; somebody else's is one, too. */
export function isProcessRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}
