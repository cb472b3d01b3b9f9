import { useState } from "preact/hooks";
import { asCast, asCurl } from "../copied.ts";
import { useEcosystem } from "../ecosystem.ts";
import { ask } from "../rpc.ts";
import { Menu } from "./menu.tsx";
import { memberOf } from "../wallet/signer.ts";
import type { EcosystemInfo, TransactionAnswer } from "../answers.ts";

type Copy = (transaction: TransactionAnswer, url: string) => string;

/** Forms in which a transaction can be copied. */
const COPIES: Readonly<Record<string, Copy>> = { cast: asCast, curl: asCurl };

/** With which library a test of it is written. */
const TESTS: Readonly<Record<string, string>> = { test: "ethers", "test with viem": "viem" };

interface CopyProps {
  readonly chainId: number;
  readonly hash: string;
}

/** Result of the last copy, and a function that puts a text on the clipboard. */
function useCopy(): readonly [string, (text: () => Promise<string>) => Promise<void>] {
  const [told, tell] = useState("");
  const copy = async (text: () => Promise<string>): Promise<void> => {
    tell("");
    try {
      await navigator.clipboard.writeText(await text());
      tell("copied");
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
    }
  };
  return [told, copy];
}

function testOf({ chainId, hash }: CopyProps, library: string): Promise<string> {
  return ask<string>("any", "hyperchain_asTest", [chainId, hash, library]);
}

/** Button that copies a transaction as a test with ethers. */
export function CopyTest({ isPrimary = false, ...copied }: CopyProps & { readonly isPrimary?: boolean }) {
  const [told, copy] = useCopy();
  return (
    <button
      class={isPrimary ? "primary" : "small"}
      aria-keyshortcuts="c"
      onClick={() => void copy(() => testOf(copied, "ethers"))}
    >
      {told === "" ? "Copy as test" : told}
    </button>
  );
}

/** Puts a transaction on the clipboard, in a form that repeats it. */
export function CopyAs({ chainId, hash }: CopyProps) {
  const { info } = useEcosystem();
  const [told, copy] = useCopy();
  return (
    <Menu label="Copy as">
      {Object.entries(TESTS).map(([name, library]) => (
        <button key={name} onClick={() => void copy(() => testOf({ chainId, hash }, library))}>
          {name}
        </button>
      ))}
      {Object.entries(COPIES).map(([name, make]) => (
        <button key={name} onClick={() => void copy(() => copied(info, { chainId, hash, make }))}>
          {name}
        </button>
      ))}
      <span role="status">{told}</span>
    </Menu>
  );
}

async function copied(
  info: EcosystemInfo,
  { chainId, hash, make }: { readonly chainId: number; readonly hash: string; readonly make: Copy },
): Promise<string> {
  const transaction = await ask<TransactionAnswer | null>(memberOf(info, chainId), "eth_getTransactionByHash", [hash]);
  const { url } = [info.l1, ...info.chains].find((member) => member.chainId === chainId) ?? info.l1;
  if (transaction === null) throw new Error("the chain no longer has the transaction");
  return make(transaction, url);
}
