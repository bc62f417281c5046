/** Secrets: 32 random bytes as base64url for the one who carries them, SHA-256 of them at rest. */
import { createHash, randomBytes, randomInt } from 'node:crypto';

export const newSecret = (): string => randomBytes(32).toString('base64url');
export const hashed = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** 16 of a-z and 0-9. */
export const newUserId = (): string => Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)]).join('');
