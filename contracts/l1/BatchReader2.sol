// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchContext, IBatchReader} from "../interfaces/IBatchReader.sol";
import {BatchCommitment, BatchOutputs} from "../libraries/BatchCommitment.sol";
import {BatchReader} from "./BatchReader.sol";

/// @title Reads batches of format 2
contract BatchReader2 is BatchReader {
    /// @inheritdoc IBatchReader
    uint256 public constant format = 2;

    /// @dev Predeploys of this format are in the genesis, and stay.
    function _installedPredeploys(BatchContext calldata, uint64) internal pure override returns (bytes32) {
        return 0;
    }

    function _hashOutputs(BatchOutputs memory outputs, address coinbase, bytes32 transactionsHash)
        internal
        pure
        override
        returns (bytes32)
    {
        if (transactionsHash != 0) revert TransactionsHashNotExported(format, transactionsHash);
        if (coinbase != address(0)) revert CoinbaseNotExported(format, coinbase);
        return BatchCommitment.hashOutputs(outputs);
    }
}
