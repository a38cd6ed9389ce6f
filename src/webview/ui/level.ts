/** Loudness in dB of full scale at which a meter is empty, and at which it is full. */
const QUIET = -60;
const LOUD = -8;

/** How full a meter is, 0 to 1, for samples of -1 to 1: even steps of dB, as loudness is heard. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  if (sum === 0) return 0;
  const decibels = 10 * Math.log10(sum / samples.length);
  return Math.min(1, Math.max(0, (decibels - QUIET) / (LOUD - QUIET)));
}
