// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICcipPool, LockOrBurnIn, LockOrBurnOut, ReleaseOrMintIn} from "../../interfaces/bridges/ccip/ICcip.sol";
import {ICcipCoinPool} from "../../interfaces/bridges/ccip/ICcipCoinPool.sol";
import {ICcipRamps} from "../../interfaces/bridges/ccip/ICcipRamps.sol";
import {TokenTransfer} from "../../libraries/TokenTransfer.sol";
import {CcipCoin} from "./CcipCoin.sol";

/// @notice See {ICcipCoinPool}. Pool and tokens are at the same addresses on all members.
contract CcipCoinPool is ICcipCoinPool {
    bytes4 private constant IERC165_ID = 0x01ffc9a7;
    bytes4 private constant POOL_V1 = 0xaff2afbf;

    ICcipRamps private immutable ramps;
    CcipCoin private immutable wrapped;
    CcipCoin private immutable link;

    modifier onlyRamps() {
        if (msg.sender != address(ramps)) revert CallerIsNotARampOnRouter(msg.sender);
        _;
    }

    constructor(ICcipRamps ramps_, CcipCoin wrapped_, CcipCoin link_) payable {
        (ramps, wrapped, link) = (ramps_, wrapped_, link_);
        uint256 half = msg.value / 2;
        wrapped_.deposit{value: half}();
        link_.deposit{value: msg.value - half}();
    }

    receive() external payable {
        wrapped.deposit{value: msg.value}();
    }

    /// @inheritdoc ICcipPool
    function lockOrBurn(LockOrBurnIn calldata input) external onlyRamps returns (LockOrBurnOut memory) {
        _require(input.localToken, input.remoteChainSelector);
        emit LockedOrBurned(input.remoteChainSelector, input.localToken, msg.sender, input.amount);
        return LockOrBurnOut(abi.encode(input.localToken), "");
    }

    /// @inheritdoc ICcipPool
    function releaseOrMint(ReleaseOrMintIn calldata input) external onlyRamps returns (uint256 amount) {
        address token = input.localToken;
        _require(token, input.remoteChainSelector);
        // Any other pool names this token as easily.
        if (keccak256(input.sourcePoolAddress) != keccak256(abi.encode(address(this)))) {
            revert InvalidSourcePoolAddress(input.sourcePoolAddress);
        }
        amount = input.sourceDenominatedAmount;
        uint256 available = CcipCoin(payable(token)).balanceOf(address(this));
        if (available < amount) revert NotEnoughInPool(token, amount, available);
        emit ReleasedOrMinted(input.remoteChainSelector, token, msg.sender, input.receiver, amount);
        TokenTransfer.sendToken(token, input.receiver, amount, gasleft());
    }

    /// @inheritdoc ICcipPool
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == POOL_V1 || interfaceId == IERC165_ID;
    }

    /// @inheritdoc ICcipCoinPool
    function typeAndVersion() external pure returns (string memory) {
        return "LockReleaseTokenPool 1.6.1";
    }

    /// @inheritdoc ICcipPool
    function isSupportedToken(address token) public view returns (bool) {
        return token == address(wrapped) || token == address(link);
    }

    /// @inheritdoc ICcipCoinPool
    function isSupportedChain(uint64 remoteChainSelector) public view returns (bool) {
        return ramps.sharesCoin(remoteChainSelector);
    }

    function _require(address token, uint64 remoteChainSelector) private view {
        if (!isSupportedToken(token)) revert InvalidToken(token);
        if (!isSupportedChain(remoteChainSelector)) revert ChainNotAllowed(remoteChainSelector);
    }
}
