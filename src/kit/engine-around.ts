import type { ExecutionEngine } from "../chain/execution/engine.ts";

/** An engine that does as another does, but for some parts. */
export function engineAround(own: ExecutionEngine, parts: Partial<ExecutionEngine>): ExecutionEngine {
  return {
    mine: (...block) => own.mine(...block),
    mineEmpty: (environments) => own.mineEmpty(environments),
    cheat: (cheat) => own.cheat(cheat),
    state: (at) => own.state(at),
    header: (number) => own.header(number),
    explainer: own.explainer,
    snapshot: () => own.snapshot(),
    revert: (mark) => own.revert(mark),
    close: () => own.close(),
    ...parts,
  };
}
