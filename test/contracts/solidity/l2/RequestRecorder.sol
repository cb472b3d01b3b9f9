// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {L2TransactionRequestDirect} from "../../../../contracts/types/L2Transactions.sol";

/// @notice Records the last request of a transaction on another chain, as a factory would receive it.
contract RequestRecorder {
    address public sender;
    uint256 public value;
    bytes public request;

    function requestL2TransactionDirect(L2TransactionRequestDirect calldata request_) external payable returns (bytes32) {
        (sender, value, request) = (msg.sender, msg.value, abi.encode(request_));
        return keccak256(request);
    }
}
