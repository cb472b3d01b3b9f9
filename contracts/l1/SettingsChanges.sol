// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainDirectory} from "../interfaces/IChainDirectory.sol";
import {IChainImports} from "../interfaces/IChainImports.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ISettingsChanges} from "../interfaces/ISettingsChanges.sol";
import {SettingsStorage} from "./SettingsStorage.sol";

/// @title Of which chain settings are written, and by which account
abstract contract SettingsChanges is SettingsStorage, ISettingsChanges {
    function _requireAdmin(uint256 chainId) internal view {
        address admin = _adminOf(chainId);
        if (msg.sender != admin) revert OnlyAdmin(admin, msg.sender);
    }

    /// @dev Contract of a chain that has started. Before, the configuration binds the imported data, and
    /// nothing in the chain needs a notice.
    function _bornChain(uint256 chainId) internal view returns (IHyperchain chain) {
        chain = IHyperchain(IChainDirectory(chainFactory).getHyperchain(chainId));
        uint32 importsLeft = chain.importsLeft();
        if (importsLeft != 0) revert IChainImports.ImportsMissing(importsLeft);
    }

    /// @dev The version of what is not executed and began before the upgrade that waits, and the version of that; 0 without.
    function _basis(Versions memory known, IHyperchain chain) internal view returns (uint256 base, uint256 pending) {
        if (known.next == 0) return (known.current, 0);
        return chain.getProtocolVersion() == known.next ? (known.next, uint32(0)) : (known.current, known.next);
    }
}
