import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Gpu } from "../kernels/webgpu/card/gpu.ts";

/** Paths at which Linux shows a card to programs: its drivers, NVIDIA's, and those of Windows below it. */
const CARDS_OF_LINUX = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg"];

/** True if the optional package is installed. */
export function isWebgpuInstalled(): boolean {
  try {
    import.meta.resolve("webgpu");
    return true;
  } catch {
    return false;
  }
}

/** Whether there may be a card: to ask its driver takes longer, and where there is none, some print so. */
export function mayHaveCard(): boolean {
  return process.platform !== "linux" || CARDS_OF_LINUX.some((path) => existsSync(path));
}

/** The machine's graphics. Rejects where the optional package is missing, or is not for this machine. */
export async function installedGpu(): Promise<Gpu> {
  const { create } = await import("webgpu");
  return create([]) as unknown as Gpu;
}

/** A card in software, from a module of tests. */
export function softwareGpuOf(module: string): Gpu {
  const { softwareGpu } = createRequire(import.meta.url)(fileURLToPath(module)) as { readonly softwareGpu: () => Gpu };
  return softwareGpu();
}
