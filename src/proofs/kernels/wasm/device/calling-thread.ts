import { participant, type PartRequest, type ThreadSetup } from "./participant.ts";
import type { KernelThread } from "./worker-pool.ts";

/** Computes on the caller's thread, between other tasks of its event loop: needs no file, so it runs in any browser's worker. */
export function startCallingThread(setup: ThreadSetup): KernelThread {
  const takePart = participant(setup);
  return {
    ask: (request: PartRequest, onReply) => void setTimeout(() => onReply(takePart(request)), 0),
    leave: () => undefined,
    terminate: async () => undefined,
  };
}
