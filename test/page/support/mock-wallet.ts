import type { BaseWallet, JsonRpcProvider, TypedDataField } from "ethers";
import type { Page } from "playwright-core";
import { connectHttp } from "../../../src/ecosystem/devnet/relaying/relaying.ts";

/** A chain that a wallet knows. */
interface KnownChain {
  readonly chainId: string;
  readonly chainName: string;
  readonly rpcUrls: readonly string[];
  readonly nativeCurrency: { readonly symbol: string };
}

interface Question {
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** A wallet that announces itself by EIP-6963, keeps an account's key, and asks its own endpoints, as a browser's extension does. */
export interface MockWallet {
  /** Requests in order. */
  readonly asked: readonly Question[];
  /** Chains that pages had it add. */
  readonly added: readonly KnownChain[];
  /** False answers by method; each function receives the true answer. */
  lies: Map<string, (answer: unknown) => unknown>;
  /** Whether its user refuses to sign. */
  refuses: boolean;
  close(): void;
}

/** Puts a wallet into a tab, before any page is opened there. It knows L1 alone. */
export async function installWallet(
  tab: Page,
  key: BaseWallet,
  l1: { readonly chainId: bigint; readonly url: string },
): Promise<MockWallet> {
  const asked: Question[] = [];
  const added: KnownChain[] = [];
  const providers = new Map<bigint, JsonRpcProvider>([[l1.chainId, connectHttp(l1.chainId, l1.url)]]);
  let current = l1.chainId;
  const wallet: MockWallet = {
    asked,
    added,
    lies: new Map(),
    refuses: false,
    close: () => [...providers.values()].forEach((each) => each.destroy()),
  };
  const answer = async ({ method, params = [] }: Question): Promise<unknown> => {
    const [first] = params;
    const provider = providers.get(current)!;
    if (method === "eth_requestAccounts" || method === "eth_accounts") return [key.address];
    if (method === "eth_chainId") return `0x${current.toString(16)}`;
    if (method === "wallet_switchEthereumChain") {
      const wanted = BigInt((first as { chainId: string }).chainId);
      if (!providers.has(wanted)) throw Object.assign(new Error("Unrecognized chain ID"), { code: 4902 });
      current = wanted;
      return null;
    }
    if (method === "wallet_addEthereumChain") {
      const chain = first as KnownChain;
      added.push(chain);
      providers.set(BigInt(chain.chainId), connectHttp(BigInt(chain.chainId), chain.rpcUrls[0]!));
      return null;
    }
    if (method === "eth_sendTransaction") {
      if (wallet.refuses) throw Object.assign(new Error("User rejected the request."), { code: 4001 });
      const { to, data, value, gas } = first as Record<"to" | "data" | "value" | "gas", string>;
      return (await key.connect(provider).sendTransaction({ to, data, value, gasLimit: gas })).hash;
    }
    if (method === "eth_signTypedData_v4") {
      const { domain, types, message } = JSON.parse(String(params[1])) as Record<"domain" | "message", object> & {
        readonly types: Record<string, TypedDataField[]>;
      };
      const { EIP712Domain: _, ...fields } = types;
      return key.signTypedData(domain, fields, message as Record<string, unknown>);
    }
    return provider.send(method, [...params]);
  };
  await tab.exposeFunction("askWallet", async (question: Question) => {
    asked.push(question);
    try {
      const told = await answer(question);
      return { result: wallet.lies.get(question.method)?.(told) ?? told };
    } catch (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message: string };
      return { error: { code, message } };
    }
  });
  await tab.addInitScript(`
    const listeners = new Set();
    const provider = {
      request: async (question) => {
        const { result, error } = await askWallet(question);
        if (error) throw error;
        return result;
      },
      on: (event, listener) => event === "accountsChanged" && listeners.add(listener),
      removeListener: (_event, listener) => listeners.delete(listener),
    };
    addEventListener("mock-unlocked", () => listeners.forEach((listener) => listener()));
    const info = { uuid: "00000000-0000-4000-8000-000000000001", name: "Mock", rdns: "example.mock",
      icon: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'><rect width='8' height='8' fill='teal'/></svg>" };
    const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
    addEventListener("eip6963:requestProvider", announce);
    announce();
  `);
  return wallet;
}
