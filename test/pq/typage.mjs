// The other implementation: node typage.mjs seal FILE OUT KEY... | open FILE OUT SECRET | make
import { readFileSync, writeFileSync } from "node:fs";
import * as age from "age-encryption";

const [verb, from, to, ...keys] = process.argv.slice(2);
if (verb === "make") {
  const secret = await age.generateHybridIdentity();
  console.log(`${secret} ${await age.identityToRecipient(secret)}`);
} else if (verb === "seal") {
  const sealer = new age.Encrypter();
  for (const key of keys) sealer.addRecipient(key);
  writeFileSync(to, await sealer.encrypt(readFileSync(from)));
} else {
  const opener = new age.Decrypter();
  for (const key of keys) opener.addIdentity(key);
  writeFileSync(to, await opener.decrypt(readFileSync(from)));
}
