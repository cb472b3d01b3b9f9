// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Digest} from "./Digest.sol";
import {KoalaBear} from "./KoalaBear.sol";

/// @notice Exports of a batch. The batch writes their hash into its outputs slot; L1 recomputes it from values it checks.
struct BatchOutputs {
    uint64 batchNumber;
    uint64 firstBlock;
    uint64 lastBlock;
    uint64 firstTimestamp;
    uint64 lastTimestamp;
    bytes32 l2LogsTreeRoot;
    uint64 logCount;
    uint64 priorityOpCount;
    bytes32 priorityOpsRollingHash;
    uint64 importedRootCount;
    bytes32 importedRootsRollingHash;
    uint64 cheatCount;
    bytes32 extensions;
}

/// @notice All that fixes a batch before the evaluation point exists.
struct PreCommitmentFields {
    uint256 protocolVersion;
    uint256 settlementChainId;
    address hyperchainAddress;
    uint256 chainId;
    uint256 batchNumber;
    bytes32 previousCommitment;
    bytes32 oldStateRoot;
    bytes32 newStateRoot;
    bytes32 diffDigest;
    bytes32 outputsHash;
    uint256 daPolicy;
    bytes32 partition;
}

/// @notice Availability of a batch's data, and the values that L1 read from it. `point` and `evaluation` are quintic elements:
/// five coordinates of four bytes, constant term first.
struct DaCommitmentFields {
    bytes32 pubdataHash;
    bytes20 point;
    bytes20 evaluation;
    bytes32 flowsHash;
    bytes32 policyDataHash;
    bytes32 partitionDa;
}

/// @notice Facts in a chain's first state about its ecosystem, which L1 knows itself.
/// @param baseTokenOriginToken 0 is the origin's native coin.
struct ChainOrigin {
    uint256 l1ChainId;
    address l1SharedBridge;
    uint256 baseTokenOriginChainId;
    address baseTokenOriginToken;
    uint256 bornAt;
}

/// @title The hashes that bind a batch (docs/protocol.md)
library BatchCommitment {
    bytes32 internal constant OUTPUTS_TAG = keccak256("hyperchain.batch-outputs.v3");
    bytes32 internal constant BATCH_TAG = keccak256("hyperchain.batch.v2");
    bytes32 internal constant EVALUATION_POINT_TAG = keccak256("hyperchain.evaluation-point.v1");
    bytes32 internal constant DATA_AVAILABILITY_TAG = keccak256("hyperchain.data-availability.v2");
    bytes32 internal constant COMMITMENT_TAG = keccak256("hyperchain.commitment.v1");
    bytes32 internal constant CONFIGURATION_TAG = keccak256("hyperchain.configuration.v2");
    bytes32 internal constant CONFIGURATION_TAG_3 = keccak256("hyperchain.configuration.v3");
    bytes32 internal constant IMPORT_TAG = keccak256("hyperchain.import.v1");
    bytes32 internal constant EXTENSIONS_TAG = keccak256("hyperchain.extensions.v2");

    /// @notice The hash also fixes the account that gets the fees.
    function hashOutputs(BatchOutputs memory outputs, address coinbase) internal pure returns (bytes32) {
        return keccak256(abi.encode(OUTPUTS_TAG, outputs, coinbase));
    }

    function hashConfiguration(ChainOrigin memory origin) internal pure returns (bytes32) {
        return keccak256(abi.encode(CONFIGURATION_TAG, origin));
    }

    /// @notice Hash of a chain's configuration; with one sequencer (mode 0) it is the hash without the mode.
    /// @param sequencingMode Mode in the lowest byte, flags above it.
    function hashConfiguration(ChainOrigin memory origin, uint256 sequencingMode) internal pure returns (bytes32) {
        if (sequencingMode == 0) return hashConfiguration(origin);
        return keccak256(abi.encode(CONFIGURATION_TAG_3, origin, sequencingMode));
    }

    /// @notice Exports of a batch besides its logs: its chain's configuration, the predeploys that its opening installed, and its inputs.
    /// @param predeploys Digest of the predeploys' codes (docs/protocol.md §11); 0 for an opening without them.
    /// @param transactionsHash Hash of its inputs (docs/protocol.md §11); 0 on chains that export none.
    function hashExtensions(bytes32 configurationHash, bytes32 predeploys, bytes32 transactionsHash)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(EXTENSIONS_TAG, configurationHash, predeploys, transactionsHash));
    }

    /// @notice Hash that an import writes into the outputs slot: its tag parts it from a batch of the same number. It omits the chain's
    /// address: that follows from the configuration, which has the root of the state that holds this.
    function hashImport(uint256 chainId, uint256 number, bytes32 pubdataHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(IMPORT_TAG, chainId, number, pubdataHash));
    }

    /// @notice Reverts with DigestNotCanonical when a root or the diff digest has an element ≥ p.
    function hashPreCommitment(PreCommitmentFields memory fields) internal pure returns (bytes32) {
        Digest.requireCanonical(fields.oldStateRoot);
        Digest.requireCanonical(fields.newStateRoot);
        Digest.requireCanonical(fields.diffDigest);
        return keccak256(abi.encode(BATCH_TAG, fields));
    }

    /// @notice r, at which the diff list is evaluated.
    function deriveEvaluationPoint(bytes32 preCommitment, bytes32 pubdataHash, uint256 pubdataLength)
        internal
        pure
        returns (bytes20)
    {
        return drawPoint(keccak256(abi.encode(EVALUATION_POINT_TAG, preCommitment, pubdataHash, pubdataLength)));
    }

    /// @notice A quintic element out of a hash: coordinate j is bytes 6j … 6j+5, modulo p.
    function drawPoint(bytes32 hash) internal pure returns (bytes20) {
        uint256 point;
        for (uint256 j = 0; j < 5; ++j) {
            point = (point << 32) | (((uint256(hash) >> (208 - 48 * j)) & type(uint48).max) % KoalaBear.P);
        }
        // Five coordinates below 2^32 fill exactly 160 bits.
        return bytes20(uint160(point));
    }

    function hashDaCommitment(DaCommitmentFields memory fields) internal pure returns (bytes32) {
        return keccak256(abi.encode(DATA_AVAILABILITY_TAG, fields));
    }

    /// @notice Hash that the quorum signs, the proof states and the next batch refers to.
    function hashCommitment(bytes32 preCommitment, bytes32 daCommitment) internal pure returns (bytes32) {
        return keccak256(abi.encode(COMMITMENT_TAG, preCommitment, daCommitment));
    }
}
