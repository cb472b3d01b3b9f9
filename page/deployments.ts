import { useEffect, useState } from "preact/hooks";
import type { Deployment, DeploymentsPage, EcosystemInfo } from "./answers.ts";
import { ask } from "./rpc.ts";

/** Contracts of one page, and of all pages. */
const PAGE = 200;
const MAX_CONTRACTS = 2_000;
/** Before the next look, once all blocks were read; new contracts come with the blocks that show them. */
const LOOK_MS = 10_000;
/** Before the next look while older blocks are still to be read. */
const SOON_MS = 300;

/** The project's contracts on all members, back to block 0; asked for while the page is visible. */
export function useDeployments(info: EcosystemInfo | undefined): readonly Deployment[] {
  const [deployments, set] = useState<readonly Deployment[]>([]);
  useEffect(() => {
    if (info === undefined) return undefined;
    let isEnded = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const found = document.hidden ? undefined : await allDeployments().catch(() => undefined);
      if (isEnded) return;
      if (found !== undefined) set((before) => (isSame(before, found.contracts) ? before : found.contracts));
      timer = setTimeout(() => void look(), found?.isComplete === false ? SOON_MS : LOOK_MS);
    };
    void look();
    return () => {
      isEnded = true;
      clearTimeout(timer);
    };
  }, [info]);
  return deployments;
}

async function allDeployments(): Promise<Omit<DeploymentsPage, "next">> {
  const contracts: Deployment[] = [];
  let before: string | undefined;
  for (;;) {
    const asked = { limit: PAGE, ...(before === undefined ? {} : { before }) };
    const page = await ask<DeploymentsPage>("any", "hyperchain_deployments", [asked]);
    contracts.push(...page.contracts);
    before = page.next;
    if (before === undefined || contracts.length >= MAX_CONTRACTS) return { contracts, isComplete: page.isComplete };
  }
}

function isSame(a: readonly Deployment[], b: readonly Deployment[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
