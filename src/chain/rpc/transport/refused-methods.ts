import { isForEcosystem } from "../access/method-access.ts";
import type { RpcMethods } from "../request/dispatch.ts";
import type { RpcError } from "../request/json-rpc.ts";

/** Why a chain's clients are refused now; undefined while they are answered. */
export type MethodRefusal = () => { readonly error: RpcError; readonly answersForEcosystem: boolean } | undefined;

/** The methods, which are refused while there is a reason: all, or all but those about the whole ecosystem and sessions. */
export function refusedMethods(methods: RpcMethods, refusal: MethodRefusal): RpcMethods {
  return {
    get(name) {
      const refused = refusal();
      if (refused === undefined || (refused.answersForEcosystem && isForEcosystem(name))) return methods.get(name);
      return () => Promise.reject(refused.error);
    },
  };
}
