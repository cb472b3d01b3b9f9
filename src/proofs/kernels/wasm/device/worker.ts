import { parentPort, workerData } from "node:worker_threads";
import { participant, type PartRequest, type ThreadSetup } from "./participant.ts";

/** Node's end of a thread of the pool. */
const takePart = participant(workerData as ThreadSetup);

parentPort?.on("message", (request: PartRequest) => {
  parentPort?.postMessage(takePart(request));
});
