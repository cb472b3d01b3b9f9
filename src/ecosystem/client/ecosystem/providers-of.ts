import { BrowserProvider } from "ethers";
import { ask, type MemberClient } from "./member-client.ts";
import { ClientError } from "./client-error.ts";
import type { RunningEcosystem } from "./running-ecosystem.ts";

/**
 * Readers of an ecosystem's members, by chain id, as functions of this library take them. Default: over HTTP, by the members'
 * URLs. `clientOf` can return clients of viem, wallets, or providers of ethers.
 */
export function providersOf(
  ecosystem: RunningEcosystem,
  clientOf: (chainId: number) => MemberClient = (chainId) => overHttp(urlOf(ecosystem, chainId)),
): (chainId: number) => BrowserProvider {
  const made = new Map<number, BrowserProvider>();
  return (chainId) => {
    const known = made.get(chainId);
    if (known !== undefined) return known;
    const client = clientOf(chainId);
    const request = ({ method, params }: { readonly method: string; readonly params?: unknown[] | Record<string, unknown> }) =>
      ask(client, method, Array.isArray(params) ? params : []);
    // A snapshot can return a chain to an earlier state, so no answer is cached.
    const provider = new BrowserProvider({ request }, chainId, { cacheTimeout: -1 });
    made.set(chainId, provider);
    return provider;
  };
}

function urlOf({ l1, chains }: RunningEcosystem, chainId: number): string {
  const member = [l1, ...chains].find((each) => each.chainId === chainId);
  if (member !== undefined) return member.url;
  throw new ClientError("UnknownChain", `chain ${chainId} is not a member of the ecosystem`, { chainId });
}

function overHttp(url: string): MemberClient {
  return {
    async request({ method, params }) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      const { result, error } = (await response.json()) as {
        readonly result?: unknown;
        readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
      };
      if (error !== undefined) throw Object.assign(new Error(error.message), { code: error.code, data: error.data });
      return result;
    },
  };
}
