// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IImportedRoots} from "../interfaces/l2/IImportedRoots.sol";
import {IL1Storage, L1SlotProof, L1Value, NotedBlock} from "../interfaces/l2/IL1Storage.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {BlockHeader} from "../libraries/BlockHeader.sol";
import {BlockLeaf} from "../libraries/BlockLeaf.sol";
import {ChainAncestry} from "../libraries/ChainAncestry.sol";
import {StateSlot} from "../libraries/StateSlot.sol";
import {TransactionTree} from "../libraries/TransactionTree.sol";
import {L2TransactionRequestDirect} from "../types/L2Transactions.sol";
import {Predeploys} from "./Predeploys.sol";

/// @notice See {IL1Storage}.
contract L1Storage is IL1Storage {
    /// @dev IPriorityQueue.MAX_FREE_GAS: a first state takes 71,000.
    uint256 private constant FORWARD_GAS = 100_000;

    mapping(address account => mapping(uint256 slot => L1Value)) private stored;

    /// @inheritdoc IL1Storage
    function load(address account, uint256 slot, L1SlotProof calldata proof) external returns (L1Value memory) {
        return _store(account, slot, slotAt(account, slot, proof));
    }

    /// @inheritdoc IL1Storage
    function forward(address factory, uint256 chainId, address account, uint256 slot)
        external
        returns (bytes32 canonicalTxHash)
    {
        L1Value memory current = stored[account][slot];
        if (current.timestamp == 0) revert NothingStored(account, slot, 0);
        L2TransactionRequestDirect memory request;
        request.chainId = chainId;
        request.l2Contract = address(this);
        request.l2Calldata = abi.encodeCall(IL1Storage.deliver, (account, slot, current));
        request.l2GasLimit = FORWARD_GAS;
        return IChainFactory(factory).requestL2TransactionDirect(request);
    }

    /// @inheritdoc IL1Storage
    function deliver(address account, uint256 slot, L1Value calldata value) external {
        if (ChainAncestry.parentOf(block.chainid) == 0) revert NotOnBase();
        address expected = AddressAlias.aliased(address(this), block.chainid);
        if (msg.sender != expected) revert NotTheBase(expected, msg.sender);
        _store(account, slot, value);
    }

    /// @inheritdoc IL1Storage
    function read(address account, uint256 slot, uint256 notBefore) external view returns (L1Value memory) {
        L1Value storage current = stored[account][slot];
        if (current.timestamp == 0 || current.timestamp < notBefore) revert NothingStored(account, slot, notBefore);
        return current;
    }

    /// @inheritdoc IL1Storage
    function slotAt(address account, uint256 slot, L1SlotProof calldata proof)
        public
        view
        returns (L1Value memory shown)
    {
        bytes32 stateRoot;
        (stateRoot, shown.blockNumber, shown.timestamp) = BlockHeader.read(proof.header);
        _requireNoted(proof.noted, shown.blockNumber, keccak256(proof.header));
        shown.value = StateSlot.valueOf(stateRoot, account, proof.accountProof, slot, proof.storageProof);
    }

    /// @return The newest state that is stored.
    function _store(address account, uint256 slot, L1Value memory shown) private returns (L1Value memory) {
        L1Value storage current = stored[account][slot];
        // A header's time is above 0 from the first block after the genesis, which no registry can note.
        if (current.timestamp != 0 && current.blockNumber >= shown.blockNumber) return current;
        stored[account][slot] = shown;
        emit SlotStored(account, slot, shown);
        return shown;
    }

    /// @dev That L1's registry noted the block. The leaf has the record of a mark, without a state.
    function _requireNoted(NotedBlock calldata noted, uint64 number, bytes32 blockHash) private view {
        if (ChainAncestry.parentOf(block.chainid) != 0) revert NotOnL1();
        bytes32 expected = IImportedRoots(Predeploys.IMPORTED_ROOTS).rootAt(noted.rootIndex);
        if (expected == 0) revert RootNotImported(noted.rootIndex);
        bytes32 leaf = BlockLeaf.hash(
            ISystemContext(Predeploys.SYSTEM_CONTEXT).l1ChainId(), number, blockHash, noted.notedAt
        );
        bytes32 actual = TransactionTree.computeRoot(leaf, noted.leafIndex, noted.siblings);
        if (actual != expected) revert BlockNotInRoot(expected, actual);
    }
}
