import { FetchRequest } from "ethers";

/** An L1 that has not answered for so long is away. */
const LONGEST_ANSWER_MS = 30_000;

/**
 * How an L1 that runs elsewhere is asked. The client itself repeats nothing where it is refused for its rate: who asks knows
 * better whether to wait.
 */
export function l1Request(url: string): FetchRequest {
  const request = new FetchRequest(url);
  request.timeout = LONGEST_ANSWER_MS;
  request.retryFunc = () => Promise.resolve(false);
  return request;
}
