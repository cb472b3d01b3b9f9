/** Names of the faults that can be set; `running` is of those that pause or resume something. */
export const FAULT_WORDS = {
  relayerOff: "relayer off",
  relayerOn: "relayer on",
  drop: "drop messages",
  delay: "delay messages",
  duplicate: "duplicate messages",
  reorder: "reorder messages",
  sequencerOff: "stop a sequencer",
  sequencerOn: "start a sequencer",
  bridgesOff: "stop bridges",
  bridgesOn: "start bridges",
  censor: "censor",
  node: "set the condition of a node",
  partition: "separate nodes",
  withhold: "withhold messages of a node",
  lag: "delay messages of a node",
  aggregatorOff: "silence an aggregator of a hub",
  aggregatorOn: "start an aggregator of a hub",
  tamperNextProof: "tamper with the next proof",
  tamperNextData: "tamper with the next data",
  clear: "end all faults",
} as const;

/** Text of a fault in `hyperchain_setFault`'s form; undefined for a malformed one. */
export function faultWords(fault: unknown): string | undefined {
  const { type, running } = (fault ?? {}) as { readonly type?: unknown; readonly running?: unknown };
  const kind = typeof running === "boolean" ? `${String(type)}${running ? "On" : "Off"}` : String(type);
  return Object.hasOwn(FAULT_WORDS, kind) ? FAULT_WORDS[kind as keyof typeof FAULT_WORDS] : undefined;
}
