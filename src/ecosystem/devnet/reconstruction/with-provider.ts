import { JsonRpcProvider } from "ethers";

/** Does work with a provider of a URL whose answers are those of the moment, and ends it. */
export async function withProvider<T>(url: string, work: (provider: JsonRpcProvider) => Promise<T>): Promise<T> {
  const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 });
  try {
    return await work(provider);
  } finally {
    provider.destroy();
  }
}
