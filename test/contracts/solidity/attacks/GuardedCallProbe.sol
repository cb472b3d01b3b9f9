// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GuardedCall} from "../../../../contracts/l2/GuardedCall.sol";

/// @notice Makes a guarded call to a target that answers with its gas.
contract GuardedCallProbe {
    function run(address target, uint256 gasLimit) external returns (uint256) {
        (bool success, bytes memory result) = GuardedCall.execute(target, gasLimit, "", 32, 32);
        return success ? abi.decode(result, (uint256)) : 0;
    }
}

/// @notice Answers any call with the gas it was given.
contract GasReporter {
    fallback(bytes calldata) external returns (bytes memory) {
        return abi.encode(gasleft());
    }
}
