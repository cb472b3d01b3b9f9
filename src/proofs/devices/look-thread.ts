import { parentPort, workerData } from "node:worker_threads";
import { openDevice } from "../kernels/webgpu/open-device.ts";
import type { FoundCard } from "./device-report.ts";
import { installedGpu, softwareGpuOf } from "./installed-gpu.ts";

/** Looks for a graphics card, says what was found, and ends: what the driver has loaded ends with it. */
const port = parentPort;
if (port === null) throw new Error("look-thread.ts is the body of a worker thread; use chooseDevice");
const { software } = workerData as { readonly software: string | undefined };

async function look(): Promise<FoundCard> {
  const gpu = software === undefined ? await installedGpu() : softwareGpuOf(software);
  const opened = await openDevice(gpu, software === undefined ? "refused" : "allowed");
  if (opened.state !== "open") return { state: opened.state, card: opened.name };
  opened.device.destroy();
  await opened.device.lost;
  return { state: "found", card: opened.name };
}

// A package that is not for this machine, or a driver that cannot be loaded, counts as no card.
port.postMessage(await look().catch((): FoundCard => ({ state: "absent" })));
