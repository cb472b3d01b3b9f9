import type { Gpu, GpuAdapter, GpuDevice } from "./card/gpu.ts";

/** Requested size of one binding, if the card allows more than the 128 MiB that every card has. */
const WANTED_BYTES = 2 ** 30;

/** A graphics card that is open, or why no card was opened. */
type OpenedDevice =
  | { readonly state: "open"; readonly device: GpuDevice; readonly name: string; readonly isSoftware: boolean }
  | { readonly state: "absent" | "software"; readonly name: string };

/**
 * Opens the system's graphics card. One that is software runs on the processor, where WebAssembly is faster: it is refused unless
 * tests ask for it. What was opened is kept: Dawn crashes when some of it is collected while it works. So open one in a thread.
 */
export async function openDevice(gpu: Gpu, software: "refused" | "allowed" = "refused"): Promise<OpenedDevice> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) return { state: "absent", name: "none" };
  const name = nameOf(adapter);
  const isSoftware = adapter.info.isFallbackAdapter === true || SOFTWARE.test(name);
  if (isSoftware && software === "refused") return { state: "software", name };
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: {
      maxStorageBufferBindingSize: Math.min(WANTED_BYTES, maxStorageBufferBindingSize),
      maxBufferSize: Math.min(WANTED_BYTES, maxBufferSize),
    },
  });
  KEPT.push(gpu, adapter, device);
  return { state: "open", device, name, isSoftware };
}

/** Rasterizers that do not all say that they are: SwiftShader, Mesa's llvmpipe, Microsoft's WARP. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render driver|warp/i;

/** All that was opened, for as long as the thread lives: also a device that is destroyed answers calls that came before. */
const KEPT: unknown[] = [];

function nameOf({ info }: GpuAdapter): string {
  return [info.vendor, info.architecture, info.device, info.description].filter((part) => part !== "").join(" ");
}
