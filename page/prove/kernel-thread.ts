// A browser's end of a kernel thread: the first message starts it, each other one asks it to take part in a job.
import {
  participant,
  type PartReply,
  type PartRequest,
  type ThreadSetup,
} from "../../src/proofs/kernels/wasm/device/participant.ts";

let takePart: ((request: PartRequest) => PartReply) | undefined;
addEventListener("message", ({ data }: MessageEvent<ThreadSetup | PartRequest>) => {
  if ("module" in data) takePart = participant(data);
  else if (takePart !== undefined) postMessage(takePart(data));
});
