import { FetchRequest } from "ethers";

/** An L1 that has not answered for so long is away. */
const LONGEST_ANSWER_MS = 30_000;

/** Request to a remote L1. It does not retry after a rate limit: the caller decides better if it should wait. */
export function l1Request(url: string): FetchRequest {
  const request = new FetchRequest(url);
  request.timeout = LONGEST_ANSWER_MS;
  request.retryFunc = () => Promise.resolve(false);
  return request;
}
