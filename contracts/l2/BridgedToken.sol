// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBridgedToken, IERC7802} from "../interfaces/l2/IBridgedToken.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";

/// @notice See {IBridgedToken}. Runs behind minimal proxies; nothing uses the storage at its own address.
contract BridgedToken is IBridgedToken, RestrictedCallers {
    bytes4 private constant ERC165_ID = 0x01ffc9a7;
    bytes4 private constant ERC20_ID = 0x36372b07;
    bytes32 private constant DOMAIN_TYPE_HASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant PERMIT_TYPE_HASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    // Slot 0, by which exit proofs find a balance on L1.
    mapping(address account => uint256 balance) public balanceOf;
    mapping(address owner => mapping(address spender => uint256 value)) public allowance;
    mapping(address owner => uint256 nonce) public nonces;
    uint256 public totalSupply;
    uint256 public originChainId;
    address public originToken;
    uint8 public decimals;
    // In one slot with the origin.
    uint88 public descriptionPosition;
    string public name;
    string public symbol;

    /// @inheritdoc IBridgedToken
    function initialize(uint256 originChainId_, address originToken_) external onlyFrom(Predeploys.NATIVE_TOKEN_VAULT) {
        if (originChainId != 0) revert AlreadyInitialized();
        (originChainId, originToken, decimals) = (originChainId_, originToken_, 18);
    }

    /// @inheritdoc IBridgedToken
    function describe(string calldata name_, string calldata symbol_, uint8 decimals_, uint88 position)
        external
        onlyFrom(Predeploys.NATIVE_TOKEN_VAULT)
    {
        bool isOld = position == 0 ? descriptionPosition != 0 || bytes(name).length != 0 : position <= descriptionPosition;
        if (isOld) return;
        (name, symbol, decimals, descriptionPosition) = (name_, symbol_, decimals_, position);
        emit Described(name_, symbol_, decimals_, position);
    }

    /// @inheritdoc IERC7802
    function crosschainMint(address to, uint256 amount) external onlyFrom(Predeploys.NATIVE_TOKEN_VAULT) {
        totalSupply += amount;
        // No balance exceeds the supply, which did not overflow.
        unchecked {
            balanceOf[to] += amount;
        }
        emit Transfer(address(0), to, amount);
        emit CrosschainMint(to, amount, msg.sender);
    }

    /// @inheritdoc IERC7802
    function crosschainBurn(address from, uint256 amount) external onlyFrom(Predeploys.NATIVE_TOKEN_VAULT) {
        _debit(from, amount);
        // The supply is the sum of the balances, one of which covered the amount.
        unchecked {
            totalSupply -= amount;
        }
        emit Transfer(from, address(0), amount);
        emit CrosschainBurn(from, amount, msg.sender);
    }

    /// @inheritdoc IBridgedToken
    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    /// @inheritdoc IBridgedToken
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) {
            if (allowed < value) revert InsufficientAllowance(from, msg.sender, allowed, value);
            // Just compared.
            unchecked {
                allowance[from][msg.sender] = allowed - value;
            }
        }
        _move(from, to, value);
        return true;
    }

    /// @inheritdoc IBridgedToken
    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    /// @inheritdoc IBridgedToken
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        if (block.timestamp > deadline) revert PermitExpired(deadline, block.timestamp);
        bytes32 structHash = keccak256(abi.encode(PERMIT_TYPE_HASH, owner, spender, value, nonces[owner]++, deadline));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR(), structHash));
        // The nonce makes a second form of the same signature useless.
        address signer = ecrecover(digest, v, r, s);
        if (signer == address(0) || signer != owner) revert WrongSigner(signer, owner);
        allowance[owner][spender] = value;
        emit Approval(owner, spender, value);
    }

    /// @inheritdoc IBridgedToken
    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE_HASH, keccak256(bytes(name)), keccak256("1"), block.chainid, address(this)));
    }

    /// @inheritdoc IBridgedToken
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC7802).interfaceId || interfaceId == ERC20_ID || interfaceId == ERC165_ID;
    }

    function _move(address from, address to, uint256 value) private {
        if (to == address(0)) revert ZeroAddress();
        _debit(from, value);
        // The sum of all balances fits a word.
        unchecked {
            balanceOf[to] += value;
        }
        emit Transfer(from, to, value);
    }

    function _debit(address from, uint256 value) private {
        uint256 balance = balanceOf[from];
        if (balance < value) revert InsufficientBalance(from, balance, value);
        // Just compared.
        unchecked {
            balanceOf[from] = balance - value;
        }
    }
}
