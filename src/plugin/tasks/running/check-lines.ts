import type { ChainStatus } from "../../../devnet/view/books/ecosystem-info.ts";
import { warning } from "../session/output.ts";

/** Number of blocks that EDR has repeated and left out, and the blocks that no other engine has run, with the reason. */
export function checkLines(name: string, { repeated, leftOut, unchecked }: NonNullable<ChainStatus["checked"]>): string[] {
  const counts = `EDR has repeated ${repeated} blocks of ${name} since its start, and left out ${leftOut} (docs/testing.md)`;
  const gaps = unchecked.map(({ firstBlock, lastBlock, reason }) => {
    const blocks = firstBlock === lastBlock ? `block ${firstBlock}` : `blocks ${firstBlock} to ${lastBlock}`;
    return warning(`Not checked by EDR: ${blocks} of ${name}, to the end of the batch. Cause in block ${firstBlock}: ${reason}`);
  });
  return [counts, ...gaps];
}
