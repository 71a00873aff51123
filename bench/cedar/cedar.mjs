// Cedar on the same acts: microseconds an authorization with a policy set of about
// fifty rules on transfers (transfer.cedar), in the wasm build for node.
//
//     node cedar.mjs ACTS [--json FILE]
//
// ACTS is NDJSON, as write-acts makes it. How this differs from what `comity` does:
//
// - Cedar answers allow or deny, with the policies that decided. It does not say which
//   facts are missing, what paper would make the act lawful, what must be done
//   afterwards, or where a rule is to be found: a judgement does.
// - Cedar knows no unknown: a fact that is not given is an error of that policy, so the
//   requests here hold an empty set or a 0 where the act says nothing.
// - Fifty rules of three laws stand against a thousand rules of all law on file.
// - Work that Comity does while judging is done here before the clock starts: dates,
//   categories above categories, counts, who is a covered person, which exemption holds.
// - Each call turns its request and entities from JavaScript to Cedar's own values; the
//   library offers no other way. So the figure is to be held against JSON to JSON, not
//   against judging a prepared act; to be kind, a request brings its own two to five entities.
// - The policies are parsed once (preparsePolicySet). What it costs to parse them in
//   each call is the second figure.
import { createRequire } from 'node:module';
import fs from 'node:fs';

const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs');

const acts_max = 10000;
const acts_parsed_each_call_max = 200;
const rounds = 3;

const eu = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK AX GF GP MF MQ RE YT'.split(' ');
const groups = {
  EU: eu,
  EEA: [...eu, 'IS', 'LI', 'NO'],
  'EU.adequate': 'AD AR BR CH FO GB GG IL IM JE NZ UY'.split(' '),
};
const concern = new Set('CN HK MO CU IR KP RU VE'.split(' '));
const exempt_purposes = new Set('official-business telecommunications financial-services travel'.split(' '));
const above = {
  health: ['sensitive', 'personal'],
  genetic: ['sensitive', 'personal'],
  'human-omic': ['genetic', 'sensitive', 'personal'],
  'human-epigenomic': ['human-omic', 'genetic', 'sensitive', 'personal'],
  'human-proteomic': ['human-omic', 'genetic', 'sensitive', 'personal'],
  'human-transcriptomic': ['human-omic', 'genetic', 'sensitive', 'personal'],
  biometric: ['sensitive', 'personal'],
  'human-genomic': ['human-omic', 'genetic', 'sensitive', 'personal'],
  'precise-location': ['sensitive', 'personal'],
  'financial-account': ['sensitive', 'personal'],
  sensitive: ['personal'],
  employment: ['personal'],
  communications: ['personal'],
  'account-id': ['identifier', 'personal'],
  core: ['important'],
};

const place = (code) => ({ type: 'Place', id: code });

function place_entities(codes) {
  const found = new Map();
  const add = (code) => {
    const state = code.slice(0, 2);
    const parents = Object.entries(groups)
      .filter(([, members]) => members.includes(code))
      .map(([name]) => ({ type: 'Group', id: name }));
    if (state !== code) {
      parents.push(place(state));
      add(state);
    }
    found.set(code, { uid: place(code), attrs: {}, parents });
  };
  codes.forEach(add);
  return [...found.values()];
}

// `AE-?` is some part of AE.
const code_of = (party) => (party?.state ?? 'unknown').replace(/-\?$/, '');

function request_of(act) {
  const from = code_of(act.from);
  const to = code_of(act.to);
  const categories = new Set(act.data?.categories ?? []);
  [...categories].forEach((name) => (above[name] ?? []).forEach((parent) => categories.add(parent)));
  const purposes = act.purposes ?? [];
  const circumstances = act.circumstances ?? [];
  const people = typeof act.data?.people === 'number' ? act.data.people : 0;
  return {
    principal: place(from),
    action: { type: 'Action', id: act.act },
    resource: place(to),
    context: {
      categories: [...categories],
      purposes,
      circumstances,
      papers: (act.papers ?? []).map((paper) => paper.kind),
      safeguards: act.safeguards ?? [],
      exporter_kinds: act.from?.kinds ?? [],
      importer_kinds: act.to?.kinds ?? [],
      importer_certified: act.to?.certified ?? [],
      deal: act.deal ?? '',
      people,
      year_people: people,
      concern: concern.has(to.slice(0, 2)) || (act.to?.kinds ?? []).includes('covered-person'),
      bulk: people > 10000 && categories.has('personal'),
      exempt: purposes.length > 0 && purposes.every((name) => exempt_purposes.has(name)),
    },
    entities: place_entities([from, to]),
  };
}

function decide(answer) {
  if (answer.type !== 'success' || answer.response.diagnostics.errors.length > 0) {
    throw new Error(JSON.stringify(answer));
  }
  return answer.response.decision;
}

const policies = { staticPolicies: fs.readFileSync(new URL('transfer.cedar', import.meta.url), 'utf8') };

const authorize = (request) => decide(cedar.statefulIsAuthorized({ ...request, preparsedPolicySetId: 'transfer' }));
const parse_and_authorize = (request) => decide(cedar.isAuthorized({ ...request, policies }));

// The policies do what they say, or there is nothing to measure.
function check() {
  const act = (from, to, more) => ({
    act: 'transfer', from: { state: from }, to: { state: to }, data: { categories: ['health'], people: 20000 }, ...more,
  });
  const papers = (...kinds) => ({ papers: kinds.map((kind) => ({ kind })) });
  const cases = [
    [act('DE', 'FR'), 'allow'],
    [act('DE', 'BR'), 'allow'],
    [act('DE', 'CN'), 'deny'],
    [act('DE', 'CN', papers('standard-contract', 'transfer-impact-assessment')), 'allow'],
    [act('CN', 'US'), 'deny'],
    [act('CN-SH', 'US', papers('standard-contract', 'filing', 'impact-assessment')), 'deny'],
    [act('CN-SH', 'US', papers('security-assessment', 'impact-assessment')), 'allow'],
    [act('US', 'CN', { deal: 'data-brokerage' }), 'deny'],
    [act('US', 'CN', { deal: 'vendor', safeguards: ['security-requirements-us'] }), 'allow'],
    [act('US', 'JP', { deal: 'data-brokerage' }), 'deny'],
  ];
  for (const [one, expected] of cases) {
    const decided = authorize(request_of(one));
    if (decided !== expected) {
      throw new Error(`${decided} where ${expected} was expected: ${JSON.stringify(one)}`);
    }
  }
}

// The median of the rounds, in microseconds an authorization.
function measure(requests, how) {
  const samples = [];
  for (let round = 0; round < rounds; round++) {
    const begin = process.hrtime.bigint();
    requests.forEach(how);
    samples.push(Number(process.hrtime.bigint() - begin) / 1e3 / requests.length);
  }
  return samples.sort((a, b) => a - b)[rounds >> 1];
}

// What another program of this run wrote, in microseconds an act; or nothing.
function microseconds_of(json, name) {
  const figures = json === undefined ? [] : fs.readFileSync(json, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const found = figures.filter((figure) => figure.name === name && figure.unit === 'acts/s').pop();
  return found === undefined ? undefined : 1e6 / found.value;
}

function figure(json, name, value, yardstick, yardstick_value) {
  const ratio = yardstick_value === undefined ? null : value / yardstick_value;
  const beside = ratio === null ? '' : `; ${yardstick}: ${yardstick_value.toPrecision(6)} us, ratio ${ratio.toPrecision(3)}`;
  console.log(`${name}: ${value.toPrecision(6)} us${beside}`);
  if (json !== undefined) {
    const fields = { name, value, unit: 'us', goal: null, yardstick: ratio === null ? null : yardstick, ratio };
    fs.appendFileSync(json, `${JSON.stringify(fields)}\n`);
  }
}

function main([path, option, json]) {
  if (path === undefined || (option !== undefined && (option !== '--json' || json === undefined))) {
    console.error('usage: node cedar.mjs ACTS [--json FILE]');
    return 2;
  }
  const parsed = cedar.preparsePolicySet('transfer', policies);
  if (parsed.type !== 'success') {
    throw new Error(JSON.stringify(parsed));
  }
  check();
  const requests = fs.readFileSync(path, 'utf8').split('\n').filter(Boolean).slice(0, acts_max)
    .map((line) => request_of(JSON.parse(line)));
  const allowed = requests.filter((request) => authorize(request) === 'allow').length;
  const ours = microseconds_of(json, 'JSON act to JSON judgement');
  const count = policies.staticPolicies.match(/^(permit|forbid) /gm).length;
  figure(json, 'cedar-wasm, an authorization, policies parsed before', measure(requests, authorize), 'comity, JSON act to JSON judgement', ours);
  figure(json, 'cedar-wasm, an authorization, policies parsed in each call',
    measure(requests.slice(0, acts_parsed_each_call_max), parse_and_authorize), 'comity, JSON act to JSON judgement', ours);
  console.log(`    Cedar ${cedar.getCedarVersion()}, ${count} policies, ${requests.length} acts, ${(100 * allowed / requests.length).toFixed(0)}% allowed`);
  console.log('    not the same work: Cedar answers allow or deny by 3 laws, with no unknown facts, needs, ways, duties or citations;');
  console.log('    dates, counts and categories were settled before the clock started; each call takes its request over from JavaScript');
  return 0;
}

process.exitCode = main(process.argv.slice(2));
