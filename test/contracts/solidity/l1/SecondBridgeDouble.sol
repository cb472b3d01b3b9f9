// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {L2TransactionRequestTwoBridgesInner} from "../../../../contracts/types/L2Transactions.sol";

/// @notice A custom second bridge, which answers with a magic value of the test's choice.
contract SecondBridgeDouble {
    bytes32 public constant MAGIC = bytes32(uint256(keccak256("TWO_BRIDGES_MAGIC_VALUE")) - 1);

    bytes32 private immutable answer;

    constructor(bytes32 answer_) {
        answer = answer_;
    }

    function bridgehubDeposit(uint256, address, uint256, bytes calldata)
        external
        payable
        returns (L2TransactionRequestTwoBridgesInner memory inner)
    {
        inner.magicValue = answer;
        inner.l2Contract = address(this);
    }

    function bridgehubConfirmL2Transaction(uint256, bytes32, bytes32) external {}
}
