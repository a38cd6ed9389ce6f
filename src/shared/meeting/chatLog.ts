import type { ParticipantId } from '../ids.ts';
import { MAX_CHAT_ENTRIES, MAX_CHAT_LINES } from '../limits.ts';
import type { ChatEntry } from '../protocol.ts';

/** A line of the chat with who wrote it. */
export interface ChatLine {
  readonly author: ParticipantId;
  readonly entry: ChatEntry;
}

/**
 * The chat as one page knows it: immutable, ordered alike on every page that knows the same lines. Each author owns
 * their lines and hands them to whoever lacks them; the order is Lamport's (time, then author), so a line always stands
 * below every line its author had seen.
 */
export interface ChatLog {
  readonly lines: readonly ChatLine[];
  /** The highest `seq` known of each author. */
  readonly seen: ReadonlyMap<ParticipantId, number>;
  /** This page's Lamport time. */
  readonly clock: number;
}

export const emptyChat: ChatLog = { lines: [], seen: new Map(), clock: 0 };

/** Largest step that another's clock may push ours by: a hostile clock cannot run it out of integers. */
const MAX_CLOCK_STEP = 1_000_000;

/**
 * Takes in a line from its author, who sends them in order on an ordered channel. Gives the same log back for a line
 * that is known, or whose clock leaps.
 */
export function addLine(log: ChatLog, author: ParticipantId, entry: ChatEntry): ChatLog {
  const seen = log.seen.get(author) ?? 0;
  if (entry.seq <= seen || entry.lamport > log.clock + MAX_CLOCK_STEP) return log;
  const lines = [...log.lines];
  let at = lines.length;
  while (at > 0 && isBefore({ author, entry }, lines[at - 1])) at--;
  lines.splice(at, 0, { author, entry });
  return {
    lines: capAuthor(lines, author).slice(-MAX_CHAT_LINES),
    seen: new Map(log.seen).set(author, entry.seq),
    clock: Math.max(log.clock, entry.lamport),
  };
}

/** Writes a line of one's own; `sentAt` is milliseconds since 1970. */
export function writeLine(
  log: ChatLog,
  self: ParticipantId,
  text: string,
  sentAt: number,
): readonly [ChatLog, ChatEntry] {
  const entry: ChatEntry = { seq: (log.seen.get(self) ?? 0) + 1, lamport: log.clock + 1, sentAt, text };
  return [addLine(log, self, entry), entry];
}

/** The lines of an author after the `seen`th, in the order they were written. */
export function linesAfter(log: ChatLog, author: ParticipantId, seen: number): ChatEntry[] {
  return log.lines
    .filter((line) => line.author === author && line.entry.seq > seen)
    .map((line) => line.entry)
    .sort((a, b) => a.seq - b.seq);
}

/**
 * Somebody has seen so many of our own lines. Where that is more than we know of (we were ended before the last ones were
 * kept), the next line is numbered after them: under a number that others know it would be passed over.
 */
export function recall(log: ChatLog, self: ParticipantId, seen: number): ChatLog {
  const known = log.seen.get(self) ?? 0;
  if (seen <= known || seen > known + MAX_CHAT_ENTRIES) return log;
  return { ...log, seen: new Map(log.seen).set(self, seen) };
}

/** Moves the clock past a time that somebody else has given something that is no line. */
export function witness(log: ChatLog, time: number): ChatLog {
  if (time <= log.clock || time > log.clock + MAX_CLOCK_STEP) return log;
  return { ...log, clock: time };
}

function isBefore(line: ChatLine, other: ChatLine | undefined): boolean {
  if (!other) return false;
  if (line.entry.lamport !== other.entry.lamport) return line.entry.lamport < other.entry.lamport;
  return line.author < other.author;
}

function capAuthor(lines: ChatLine[], author: ParticipantId): ChatLine[] {
  const own = lines.reduce((count, line) => count + (line.author === author ? 1 : 0), 0);
  if (own <= MAX_CHAT_ENTRIES) return lines;
  const oldest = lines.findIndex((line) => line.author === author);
  return lines.filter((_, index) => index !== oldest);
}
