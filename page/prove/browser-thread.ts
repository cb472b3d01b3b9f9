import { KernelThreadsLost, type KernelThread } from "../../src/proofs/kernels/wasm/device/worker-pool.ts";
import type { PartReply, PartRequest, ThreadSetup } from "../../src/proofs/kernels/wasm/device/participant.ts";

/** A kernel thread in a worker of the browser. */
export function startBrowserThread(setup: ThreadSetup, onLost: (error: KernelThreadsLost) => void): KernelThread {
  const worker = new Worker("/kernel-thread.js", { type: "module" });
  let heard: ((reply: PartReply) => void) | undefined;
  worker.addEventListener("message", ({ data }: MessageEvent<PartReply>) => heard?.(data));
  worker.addEventListener("error", ({ message }) =>
    onLost(new KernelThreadsLost("Crashed", `a kernel thread crashed: ${message}`)),
  );
  worker.postMessage(setup);
  return {
    ask(request: PartRequest, onReply: (reply: PartReply) => void) {
      heard = onReply;
      worker.postMessage(request);
    },
    leave: () => (heard = undefined),
    terminate: async () => worker.terminate(),
  };
}
