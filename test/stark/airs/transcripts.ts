import {
  createTranscript,
  type Transcript,
  type TranscriptFactory,
  type TranscriptInput,
  type TranscriptLabel,
} from "../../../src/proofs/stark/transcripts/transcript.ts";

/** Something that enters the transcript: the label and, for labels that occur more than once, which occurrence. */
export interface InputPlace {
  readonly label: TranscriptLabel;
  readonly occurrence: number;
}

/** A transcript event as a test sees it. */
export type TranscriptEvent =
  | ({ readonly kind: "input"; readonly bytes: Uint8Array } & InputPlace)
  | { readonly kind: "output"; readonly label: TranscriptLabel; readonly value: readonly number[] };

/**
 * The real transcript, except that each input's bytes pass through `replace` first. `events` receives what goes in
 * (before replacement) and what comes out.
 */
export function alteredTranscript(
  replace: (place: InputPlace, bytes: Uint8Array) => Uint8Array,
  events: TranscriptEvent[] = [],
  real: TranscriptFactory = createTranscript,
): TranscriptFactory {
  return (degree, inputs) => {
    const seen = new Map<TranscriptLabel, number>();
    const enter = (label: TranscriptLabel, bytes: Uint8Array): Uint8Array => {
      const occurrence = seen.get(label) ?? 0;
      seen.set(label, occurrence + 1);
      events.push({ kind: "input", label, occurrence, bytes: bytes.slice() });
      return replace({ label, occurrence }, bytes);
    };
    const output = <T extends readonly number[] | undefined>(label: TranscriptLabel, value: T): T => {
      events.push({ kind: "output", label, value: value ?? [] });
      return value;
    };
    const first = inputs.map(({ label, bytes }): TranscriptInput => ({ label, bytes: enter(label, bytes) }));
    const inner = real(degree, first);
    return {
      absorb: (label, bytes) => inner.absorb(label, enter(label, bytes)),
      challenge: (label) => output(label, inner.challenge(label)),
      grindingSeed: () => inner.grindingSeed(),
      grind: (nonce) => inner.grind(enter("nonce", nonce)),
      queries: (logDomain, count) => output("queries", inner.queries(logDomain, count)),
    } satisfies Transcript;
  };
}

/** Only records. */
export function recordingTranscript(events: TranscriptEvent[], real?: TranscriptFactory): TranscriptFactory {
  return alteredTranscript((_place, bytes) => bytes, events, real);
}

/** Takes `bytes` at one place whatever is really absorbed there: what a verifier would do that forgot to absorb it. */
export function frozenTranscript(
  frozen: InputPlace,
  bytes: Uint8Array,
  events: TranscriptEvent[] = [],
  real?: TranscriptFactory,
): TranscriptFactory {
  return alteredTranscript(
    (place, actual) => (place.label === frozen.label && place.occurrence === frozen.occurrence ? bytes : actual),
    events,
    real,
  );
}
