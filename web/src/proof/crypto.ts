// SHA-256, HMAC and Ed25519 by the browser's own cryptography; where that has no
// Ed25519, by a small library. Nothing secret passes through here.
import { Point, etc, verifyAsync } from '@noble/ed25519';
import { type Bytes, joined } from './bytes';

/** Only a page that came over TLS, or from this machine, is given cryptography. */
export const hasCrypto = (): boolean => globalThis.crypto?.subtle !== undefined;

export const sha256 = async (...parts: Bytes[]): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...parts)));

export const hmacSha256 = async (key: Bytes, message: Bytes): Promise<Bytes> => {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, message));
};

const byBrowser = async (key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> => {
  const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', imported, signature, message);
};

etc.sha512Async = async (...parts) =>
  new Uint8Array(await crypto.subtle.digest('SHA-512', joined(...parts.map((part) => new Uint8Array(part)))));

/** By the library: the stricter of its two ways, RFC 8032's. */
export const byLibrary = async (key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> =>
  verifyAsync(signature, message, key, { zip215: false });

// Points of small order are keys that have signed everything. RFC 8032 admits them,
// and browsers differ; docs/formats/note.md wants points of the main subgroup.
const isKey = (bytes: Bytes): boolean => {
  try {
    const point = Point.fromBytes(bytes);
    return !point.isSmallOrder() && point.isTorsionFree();
  } catch {
    return false;
  }
};

export const verifyEd25519 = async (key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> => {
  if (key.length !== 32 || signature.length !== 64 || !isKey(key)) return false;
  try {
    return await byBrowser(key, signature, message);
  } catch (error) {
    // A browser without Ed25519 says so; what else goes wrong is a bad key.
    if (error instanceof DOMException && error.name === 'NotSupportedError') {
      return byLibrary(key, signature, message).catch(() => false);
    }
    return false;
  }
};
