// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetFlows} from "../../../../contracts/libraries/AssetFlows.sol";
import {BatchCommitment, ChainOrigin} from "../../../../contracts/libraries/BatchCommitment.sol";
import {RollingHash} from "../../../../contracts/libraries/RollingHash.sol";
import {RecordedHashes} from "../../../../contracts/libraries/RecordedHashes.sol";
import {TokenDescription} from "../../../../contracts/libraries/TokenDescription.sol";
import {TransferList} from "../../../../contracts/libraries/TransferList.sol";
import {TransactionTree} from "../../../../contracts/libraries/TransactionTree.sol";
import {AssetFlow} from "../../../../contracts/types/AssetFlow.sol";
import {BatchRecord} from "../../../../contracts/types/BatchRecord.sol";
import {ChainConfiguration} from "../../../../contracts/types/ChainConfiguration.sol";
import {StoredBatch} from "../../../../contracts/types/Batches.sol";

/// @notice Opens hashes of records to tests; apart from ProtocolHarness, whose gas is measured.
contract HashHarness {
    function hashConfiguration(ChainOrigin calldata origin, uint256 sequencingMode) external pure returns (bytes32) {
        return BatchCommitment.hashConfiguration(origin, sequencingMode);
    }

    function hashImport(uint256 chainId, uint256 number, bytes32 pubdataHash) external pure returns (bytes32) {
        return BatchCommitment.hashImport(chainId, number, pubdataHash);
    }

    function hashImports(bytes32[] calldata pubdataHashes) external pure returns (bytes32 hash) {
        for (uint256 i = 0; i < pubdataHashes.length; ++i) hash = RollingHash.addImport(hash, pubdataHashes[i]);
    }

    function hashExtensions(bytes32 configurationHash, bytes32 predeploys, bytes32 transactionsHash)
        external
        pure
        returns (bytes32)
    {
        return BatchCommitment.hashExtensions(configurationHash, predeploys, transactionsHash);
    }

    function hashRefused(uint256[] calldata chainIds) external pure returns (bytes32) {
        return TransactionTree.hashRefused(chainIds);
    }

    function hashRecord(BatchRecord calldata record) external pure returns (bytes32) {
        return TransactionTree.hashRecord(record);
    }

    function hashRecordWords(bytes32[] calldata words) external pure returns (bytes32) {
        return TransactionTree.hashRecord(words);
    }

    function hashTransferList(uint256 batchNumber, uint256 number, bytes32[] calldata entries)
        external
        pure
        returns (bytes32 hash, uint256 total)
    {
        return TransferList.digest(batchNumber, number, entries);
    }

    function hashFlows(AssetFlow[] calldata flows) external pure returns (bytes32) {
        return AssetFlows.hash(flows);
    }

    function hashAnnouncement(uint256 chainId, address creator, bytes32 secret, ChainConfiguration calldata configuration)
        external
        pure
        returns (bytes32)
    {
        return RecordedHashes.announcement(chainId, creator, secret, configuration);
    }

    function hashDeposit(address depositor, address token, uint256 amount) external pure returns (bytes32) {
        return RecordedHashes.deposit(depositor, token, amount);
    }

    function describeToken(uint256 chainId, address token, string calldata name, string calldata symbol, uint8 decimals)
        external
        pure
        returns (bytes memory)
    {
        return TokenDescription.encode(chainId, token, name, symbol, decimals);
    }

    /// @notice Hash of a stored batch, as chains' contracts compute it.
    function hashStoredBatch(StoredBatch calldata batch) external pure returns (bytes32) {
        return keccak256(abi.encode(batch));
    }
}
