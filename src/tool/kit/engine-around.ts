import type { ExecutionEngine } from "../../chain/execution/engine.ts";

/** Engine that delegates to another one, except for the given parts. */
export function engineAround(engine: ExecutionEngine, parts: Partial<ExecutionEngine>): ExecutionEngine {
  return {
    mine: (...block) => engine.mine(...block),
    mineEmpty: (environments) => engine.mineEmpty(environments),
    cheat: (cheat) => engine.cheat(cheat),
    state: (at) => engine.state(at),
    header: (number) => engine.header(number),
    explainer: engine.explainer,
    snapshot: () => engine.snapshot(),
    revert: (mark) => engine.revert(mark),
    close: () => engine.close(),
    ...parts,
  };
}
