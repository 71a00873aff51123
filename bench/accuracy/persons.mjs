// Writes made-up persons, one JSON object a line: persons.mjs COUNT SEED. What
// must keep to a check digit (identity numbers, accounts, cards) is added by records.py:
// faker's own have none, or wrong ones.
import { allFakers } from "@faker-js/faker";

const [count, seed] = process.argv.slice(2).map(Number);
// Locale of the names, language of the words around them, state.
const places = [
  ["de", "de", "DE"], ["fr", "fr", "FR"], ["es", "es", "ES"], ["it", "it", "IT"], ["pt_BR", "pt", "BR"], ["nl", "nl", "NL"],
  ["pl", "pl", "PL"], ["ru", "ru", "RU"], ["tr", "tr", "TR"], ["zh_CN", "zh", "CN"], ["ja", "ja", "JP"], ["ko", "ko", "KR"],
  ["en_US", "en", "US"], ["en_GB", "en", "GB"], ["sv", "sv", "SE"], ["uk", "uk", "UA"], ["ar", "ar", "SA"], ["es_MX", "es", "MX"],
  ["vi", "vi", "VN"], ["id_ID", "id", "ID"],
];

for (let i = 0; i < count; i++) {
  const [locale, language, state] = places[i % places.length];
  const faker = allFakers[locale];
  faker.seed(seed + i);
  const latin = allFakers.en;
  latin.seed(seed + i + 1000000);
  const birth = faker.date.birthdate();
  console.log(JSON.stringify({
    language, state,
    name: faker.person.fullName(),
    email: latin.internet.email(),
    phone: faker.phone.number({ style: "international" }),
    phone_national: faker.phone.number({ style: "national" }),
    address: faker.location.streetAddress() + ", " + faker.location.city(),
    birth: birth.toISOString().slice(0, 10),
    ipv4: latin.internet.ipv4({ network: "any" }), ipv6: latin.internet.ipv6(), mac: latin.internet.mac(),
    uuid: latin.string.uuid(), ethereum: latin.finance.ethereumAddress(),
    latitude: latin.location.latitude({ precision: 6 }), longitude: latin.location.longitude({ precision: 6 }),
    user: latin.internet.username(), password: latin.internet.password({ length: 14 }),
    company: faker.company.name(), job: latin.person.jobTitle(), text: latin.lorem.sentence(12), price: latin.commerce.price(),
    order: latin.string.numeric(10), sku: latin.string.alphanumeric({ length: 9, casing: "upper" }), hash: latin.git.commitSha(),
    version: latin.system.semver(), agent: latin.internet.userAgent(), product: latin.commerce.productName(),
  }));
}
