/** Pages on which each listing continues with the declarations of those before it. */
export const IN_SEQUENCE: ReadonlySet<string> = new Set(["docs/recipes/passkey-account.md", "docs/recipes/sponsored-call.md"]);

/** Files that a page lets its reader copy next to a listing, by the names under which it imports them. */
export const COPIED: Readonly<Record<string, string>> = {
  "./deploy.ts": "fixtures/sponsored-call/deploy.ts",
  "./simple-account.ts": "fixtures/sponsored-call/simple-account.ts",
  "./sponsor.ts": "fixtures/sponsored-call/sponsor.ts",
  "./keystore-account.ts": "fixtures/keystore-accounts/keystore-account.ts",
};

const CLIENT = `
import type { AskingProviderOf, RunningEcosystem, SignerOf } from "hardhat-hyperchain/client";
import type { JsonRpcProvider, Signer } from "ethers";
declare const ecosystem: RunningEcosystem;
declare const providerOf: AskingProviderOf;
`;

/**
 * Code around a listing of TypeScript, which the page describes or leaves to the reader, by the listing's
 * first line, or by the page if it has one program. A listing without an entry is complete.
 */
export const SURROUNDINGS: Readonly<Record<string, string>> = {
  'const CREATE2_DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C";': `
    import { createRequire } from "node:module";
    import { concat } from "ethers";
    import type { Signer } from "ethers";
    const require = createRequire(import.meta.url);
    declare const signer: Signer;
  `,
  "const wallet = createWalletClient({ account, chain: viemChain(alpha, ecosystem), transport: custom(window.ethereum) });": `${CLIENT}
    import { createWalletClient, custom, parseEther } from "viem";
    import type { Account, EIP1193Provider } from "viem";
    import { viemChain } from "hardhat-hyperchain/viem";
    declare const account: Account;
    declare const alpha: RunningEcosystem["chains"][number];
    declare const window: { readonly ethereum: EIP1193Provider };
  `,
  "docs/recipes/calls.md": `${CLIENT}
    declare const signerOnAlpha: Signer;
    declare const [open, settle]: readonly [\`0x\${string}\`, \`0x\${string}\`];
  `,
  "docs/recipes/fork-l1.md": `
    import { network } from "hardhat";
    declare const url: string;
  `,
  "docs/recipes/shielded-pool.md": `
    import type { Provider, Signer } from "ethers";
    declare const seed: Uint8Array;
    declare const signer: Signer;
    declare const relayer: Signer & { readonly address: string };
    declare const provider: Provider;
    declare const [bob, recipient]: readonly [string, string];
  `,
  "docs/recipes/encrypted-mempool.md": `
    import type { Provider, Signer } from "ethers";
    declare const signer: Signer & { readonly provider: Provider };
    declare const to: \`0x\${string}\`;
    declare const data: \`0x\${string}\`;
  `,
  "docs/recipes/held-accounts.md": `
    import type { Signer } from "ethers";
    import type { Ecosystem } from "hardhat-hyperchain/held-accounts";
    declare const ecosystem: Ecosystem;
    declare const [signer, otherSigner]: readonly [Signer, Signer];
    declare const owner: \`0x\${string}\`;
    declare const text: string;
  `,
  "docs/recipes/legs-all-or-none.md": `${CLIENT}
    declare const signerOn: (chain: string) => Signer;
    declare const [alice, bob, sale, token]: readonly \`0x\${string}\`[];
  `,
  'await loadL1Slot(ecosystem, { on: "alpha", account: token, slot }, signerOn("alpha"), providerOf);': `${CLIENT}
    declare const signerOn: (chain: string) => Signer;
    declare const token: string;
    declare const slot: bigint;
  `,
  "docs/recipes/passkey-account.md": `${CLIENT}
    import { http } from "viem";
    import type { LocalAccount, PublicClient } from "viem";
    import { createBundlerClient, toWebAuthnAccount } from "viem/account-abstraction";
    import type { P256Credential } from "viem/account-abstraction";
    import { keyOwner, passkeyOwner, toKeystoreAccount } from "./keystore-account.ts";
    import type { Keys } from "hardhat-hyperchain/client";
    declare const signerOf: (chain: string | number) => Signer;
    declare const bringersSignerOf: SignerOf;
    declare const credential: P256Credential;
    declare const [laptop, backup]: readonly [LocalAccount, LocalAccount];
    declare const client: PublicClient;
    declare const [to, value, lastSecond, next]: readonly [\`0x\${string}\`, bigint, bigint, Keys];
  `,
  "docs/recipes/read-another-chain.md": `
    import { Contract } from "ethers";
    import type { Provider } from "ethers";
    declare const crossChainViewsAbi: string[];
    declare const beta: Provider;
    declare const [token, slot, notBefore]: readonly [string, string, bigint];
  `,
  "docs/recipes/send-to-a-name.md": `${CLIENT}
    declare const [signerOnL1, bobOnL1, signerOnBeta]: readonly [Signer, Signer, Signer];
    declare const bobsAddress: \`0x\${string}\`;
    declare const l1: JsonRpcProvider;
  `,
  "docs/recipes/sponsored-call.md": "declare const data: `0x${string}`;",
  'import { JsonRpcProvider } from "ethers";': `
    import type { Signer } from "ethers";
    declare const [router, token]: readonly [\`0x\${string}\`, \`0x\${string}\`];
    declare const [signerOnAlpha, signerOnBeta]: readonly [Signer, Signer];
  `,
  "docs/reconstruction.md": `
    import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
    import { startReconstructedChain } from "../../src/ecosystem/devnet/reconstruction/start-reconstructed-chain.ts";
    declare const genesis: Parameters<typeof reconstruct>[0]["genesis"];
    declare const { connect, clock }: Parameters<typeof startReconstructedChain>[2];
  `,
};
