import { buffersOf, type CardKernel, shaderOf } from "../../../src/proofs/kernels/webgpu/card/kernel.ts";
import type { GpuDevice } from "../../../src/proofs/kernels/webgpu/card/gpu.ts";
import { withOwn } from "../../kernels/support/with-own.ts";

/** The shader of a kernel whose first invocation gets the lowest bit of its result wrong, whatever it stores. */
function faultyShader(kernel: CardKernel): string {
  const shader = shaderOf(kernel);
  const names = [...kernel.write, ...(kernel.atomic === undefined ? [] : [kernel.atomic])].join("|");
  const stored = new RegExp(String.raw`((?:${names})\[[^;]*?\] \^?= )([^;]+);`, "g");
  const found = /(atomicMin\(&\w+\[0\], )i\)/g;
  const faulty = shader.replace(stored, "$1(($2) ^ select(0u, 1u, i == 0u));").replace(found, "$1i + 1u)");
  if (faulty === shader) throw new Error(`${kernel.name} stores nothing in ${buffersOf(kernel).join()}`);
  return faulty;
}

interface PlantedDevice {
  /** From now on backends that are opened have this kernel wrong; undefined: none. */
  plant(kernel: CardKernel | undefined): void;
  readonly device: GpuDevice;
  /** Shaders that were dispatched since the last `plant`. */
  readonly dispatched: ReadonlySet<string>;
}

/** A device for one backend after the other, which compiles each shader once. Backends on it must not be closed. */
export function plantedDevice(real: GpuDevice): PlantedDevice {
  const pipelines = new Map<string, object>();
  const codes = new Map<object, string>();
  const dispatched = new Set<string>();
  let faults: ReadonlyMap<string, string> = new Map();
  const device = withOwn<GpuDevice>(real, {
    createShaderModule: ({ code }) => {
      const module = {};
      codes.set(module, code);
      return module;
    },
    createComputePipeline: ({ layout, compute }) => {
      const code = codes.get(compute.module) ?? "";
      dispatched.add(code);
      const compiled = faults.get(code) ?? code;
      const known = pipelines.get(compiled);
      if (known !== undefined) return known;
      const module = real.createShaderModule({ code: compiled });
      const made = real.createComputePipeline({ layout, compute: { ...compute, module } });
      pipelines.set(compiled, made);
      return made;
    },
  });
  return {
    device,
    dispatched,
    plant(kernel) {
      dispatched.clear();
      faults = kernel === undefined ? new Map() : new Map([[shaderOf(kernel), faultyShader(kernel)]]);
    },
  };
}
