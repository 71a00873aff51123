#!/usr/bin/env python3
"""Labelled records: what `comity inspect` should find in them, and what it should not.

    records.py PERSONS.ndjson FOLDER [SEED]

Writes files into FOLDER (NDJSON, CSV, prose) and FOLDER/labels.json: for each file
the byte ranges that hold something, with the types that are right for it. Numbers with
check digits come from the generator in tests/oracle/identifiers.py, which shares nothing with
the program that is measured.
"""
import base64
import csv
import importlib.util
import io
import json
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# By state: the types of identity numbers to put in, with the words that people write before them.
IDENTITY = {
    "DE": [("de.idnr", "Steuer-ID"), ("de.personalausweis", "Personalausweis"), ("de.rvnr", "Rentenversicherungsnummer")],
    "FR": [("fr.nir", "numéro de sécurité sociale"), ("fr.spi", "numéro fiscal")],
    "ES": [("es.dni", "DNI"), ("es.nie", "NIE"), ("es.nss", "número de afiliación")],
    "IT": [("it.codice-fiscale", "codice fiscale"), ("it.iva", "partita IVA")],
    "BR": [("br.cpf", "CPF"), ("br.cns", "cartão SUS"), ("br.pis", "PIS")],
    "NL": [("nl.bsn", "BSN"), ("nl.id", "paspoortnummer")],
    "PL": [("pl.pesel", "PESEL"), ("pl.dowod", "numer dowodu"), ("pl.nip", "NIP")],
    "RU": [("ru.snils", "СНИЛС"), ("ru.inn", "ИНН"), ("ru.passport", "паспорт")],
    "TR": [("tr.tckn", "T.C. kimlik no")],
    "CN": [("cn.resident-id", "身份证号"), ("cn.passport", "护照号")],
    "JP": [("jp.my-number", "マイナンバー"), ("jp.passport", "旅券番号")],
    "KR": [("kr.rrn", "주민등록번호")],
    "US": [("us.ssn", "SSN"), ("us.mbi", "Medicare number"), ("us.passport", "passport number")],
    "GB": [("gb.nino", "National Insurance number"), ("gb.nhs", "NHS number"), ("gb.utr", "UTR")],
    "SE": [("se.personnummer", "personnummer")],
    "UA": [("ua.rnokpp", "РНОКПП")],
    "SA": [("sa.national-id", "رقم الهوية")],
    "MX": [("mx.curp", "CURP"), ("mx.nss", "número de seguridad social"), ("mx.clabe", "CLABE")],
    "VN": [("vn.cccd", "căn cước công dân"), ("vn.mst", "mã số thuế")],
    "ID": [("id.nik", "NIK"), ("id.npwp", "NPWP")],
}
IBAN_STATES = {"DE", "FR", "ES", "IT", "BR", "NL", "PL", "TR", "GB", "SE", "UA", "SA"}
CARDS = ["card.visa", "card.mastercard", "card.amex", "card.discover", "card.unionpay", "card.jcb"]

# Labels as forms have them: name, e-mail, telephone, address, date of birth, account, card.
WORDS = {
    "de": ("Name", "E-Mail", "Telefon", "Adresse", "Geburtsdatum", "IBAN", "Kreditkarte"),
    "fr": ("Nom", "E-mail", "Téléphone", "Adresse", "Date de naissance", "IBAN", "Carte bancaire"),
    "es": ("Nombre", "Correo", "Teléfono", "Dirección", "Fecha de nacimiento", "IBAN", "Tarjeta"),
    "it": ("Nome", "Email", "Telefono", "Indirizzo", "Data di nascita", "IBAN", "Carta di credito"),
    "pt": ("Nome", "E-mail", "Telefone", "Endereço", "Data de nascimento", "IBAN", "Cartão de crédito"),
    "nl": ("Naam", "E-mail", "Telefoon", "Adres", "Geboortedatum", "IBAN", "Creditcard"),
    "pl": ("Imię i nazwisko", "E-mail", "Telefon", "Adres", "Data urodzenia", "IBAN", "Karta"),
    "ru": ("ФИО", "E-mail", "Телефон", "Адрес", "Дата рождения", "IBAN", "Номер карты"),
    "tr": ("Adı Soyadı", "E-posta", "Telefon", "Adres", "Doğum tarihi", "IBAN", "Kredi kartı"),
    "zh": ("姓名", "邮箱", "手机", "地址", "出生日期", "IBAN", "银行卡号"),
    "ja": ("氏名", "メール", "電話番号", "住所", "生年月日", "IBAN", "カード番号"),
    "ko": ("성명", "이메일", "전화번호", "주소", "생년월일", "IBAN", "카드번호"),
    "en": ("Name", "Email", "Phone", "Address", "Date of birth", "IBAN", "Card number"),
    "sv": ("Namn", "E-post", "Telefon", "Adress", "Födelsedatum", "IBAN", "Kortnummer"),
    "uk": ("ПІБ", "E-mail", "Телефон", "Адреса", "Дата народження", "IBAN", "Карта"),
    "ar": ("الاسم", "البريد", "رقم الهاتف", "العنوان", "تاريخ الميلاد", "IBAN", "رقم البطاقة"),
    "vi": ("Họ và tên", "Email", "Điện thoại", "Địa chỉ", "Ngày sinh", "IBAN", "Số thẻ"),
    "id": ("Nama", "Email", "Telepon", "Alamat", "Tanggal lahir", "IBAN", "Card"),
}
KEYS = ("full_name", "email", "phone", "address", "date_of_birth", "iban", "card_number")

# Written by hand: how people speak of such things, and of what looks like them.
PROSE = {
    "en": ("Please call {name} back on {phone}, or write to {email}. {word}: {number}.", "Order {order} shipped as {sku}, commit {hash}, version {version}, {price} EUR."),
    "de": ("Bitte {name} unter {phone} zurückrufen oder an {email} schreiben. {word}: {number}.", "Bestellung {order}, Artikel {sku}, Stand {hash}, Version {version}, {price} EUR."),
    "fr": ("Merci de rappeler {name} au {phone} ou d'écrire à {email}. {word} : {number}.", "Commande {order}, article {sku}, révision {hash}, version {version}, {price} EUR."),
    "es": ("Por favor, llame a {name} al {phone} o escriba a {email}. {word}: {number}.", "Pedido {order}, artículo {sku}, revisión {hash}, versión {version}, {price} EUR."),
    "it": ("Si prega di richiamare {name} al {phone} o scrivere a {email}. {word}: {number}.", "Ordine {order}, articolo {sku}, revisione {hash}, versione {version}, {price} EUR."),
    "pt": ("Favor ligar para {name} no {phone} ou escrever para {email}. {word}: {number}.", "Pedido {order}, artigo {sku}, revisão {hash}, versão {version}, {price} BRL."),
    "nl": ("Graag {name} terugbellen op {phone} of mailen naar {email}. {word}: {number}.", "Bestelling {order}, artikel {sku}, revisie {hash}, versie {version}, {price} EUR."),
    "pl": ("Proszę oddzwonić do {name} pod {phone} lub napisać na {email}. {word}: {number}.", "Zamówienie {order}, towar {sku}, rewizja {hash}, wersja {version}, {price} PLN."),
    "ru": ("Просим перезвонить {name} по {phone} или написать на {email}. {word}: {number}.", "Заказ {order}, артикул {sku}, ревизия {hash}, версия {version}, {price} руб."),
    "tr": ("Lütfen {name} ile {phone} üzerinden görüşün ya da {email} adresine yazın. {word}: {number}.", "Sipariş {order}, ürün {sku}, sürüm {hash}, {version}, {price} TL."),
    "zh": ("请致电{name}，{phone}，或发邮件至 {email} 。{word}：{number}。", "订单 {order} ，货号 {sku} ，版本 {hash} ，{version} ，{price} 元。"),
    "ja": ("{name}様、{phone} までお電話いただくか、 {email} までご連絡ください。{word}：{number}。", "注文 {order} 、商品 {sku} 、リビジョン {hash} 、{version} 、{price} 円。"),
    "ko": ("{name} 님께 {phone} 로 전화하시거나 {email} 로 보내 주십시오. {word}: {number}.", "주문 {order}, 품목 {sku}, 리비전 {hash}, {version}, {price} 원."),
    "sv": ("Ring tillbaka till {name} på {phone} eller skriv till {email}. {word}: {number}.", "Order {order}, artikel {sku}, revision {hash}, version {version}, {price} SEK."),
    "uk": ("Прохання передзвонити {name} за {phone} або написати на {email}. {word}: {number}.", "Замовлення {order}, артикул {sku}, ревізія {hash}, версія {version}, {price} грн."),
    "ar": ("يرجى الاتصال بـ {name} على {phone} أو الكتابة إلى {email} . {word}: {number}.", "الطلب {order} المنتج {sku} المراجعة {hash} الإصدار {version} السعر {price}."),
    "vi": ("Vui lòng gọi cho {name} theo {phone} hoặc viết tới {email}. {word}: {number}.", "Đơn {order}, hàng {sku}, bản {hash}, {version}, {price} VND."),
    "id": ("Mohon hubungi {name} di {phone} atau tulis ke {email}. {word}: {number}.", "Pesanan {order}, barang {sku}, revisi {hash}, versi {version}, {price} IDR."),
}


def load_types():
    spec = importlib.util.spec_from_file_location("types_oracle", ROOT / "tests" / "oracle" / "identifiers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, module.read_files(sorted((ROOT / "types").glob("*.types")))


class Writer:
    """A file in the making, with the byte ranges of what is in it."""

    def __init__(self, name):
        self.name, self.parts, self.size, self.labels = name, [], 0, []

    def put(self, text):
        data = text.encode("utf-8")
        self.parts.append(data)
        self.size += len(data)

    def value(self, text, types, shown=None):
        """`shown` is how the text stands in the file, where escapes make it longer."""
        begin = self.size
        self.put(text if shown is None else shown)
        if types:
            self.labels.append([begin, self.size, types])


class Maker:
    def __init__(self, seed):
        self.oracle, self.types = load_types()
        self.rng = random.Random(seed)
        self.pools = {}

    def number(self, name):
        """One of twenty-five numbers of the type: to make one takes time."""
        pool = self.pools.setdefault(name, [])
        if len(pool) < 25:
            kind, found = self.types[name], None
            while not found:
                found = self.oracle.search(kind, kind.forms[0], self.rng, 60000)
            pool.append(found.encode("latin-1").decode("utf-8"))
            return pool[-1]
        return self.rng.choice(pool)

    def phone(self, person):
        """A telephone number and the types that are right. Written with its code, those that know the code; written
        as at home, any state's: nothing in it says which."""
        if self.rng.random() < 0.5:
            text = person["phone"]
            right = [name for name in self.types if name.endswith(".phone") and self.types[name].accepts(text)]
            return text, right or ["*phone"]
        return person["phone_national"], ["*phone"]

    def person(self, person):
        """The person's fields: (place in WORDS or a word, text, right types)."""
        state = person["state"]
        name, word = self.rng.choice(IDENTITY[state])
        card = self.rng.choice(CARDS)
        number = self.number(card)
        if self.rng.random() < 0.5:
            number = " ".join(number[i:i + 4] for i in range(0, len(number), 4))
        phone, phone_types = self.phone(person)
        birth = person["birth"] if self.rng.random() < 0.5 else "{2}.{1}.{0}".format(*person["birth"].split("-"))
        fields = [(0, person["name"], ["person.name"]), (1, person["email"], ["net.email"]),
                  (2, phone, phone_types),
                  (3, person["address"], ["person.address"]), (4, birth, ["person.birth-date", "person.birth-date-day-first"]),
                  (6, number, [card])]
        if state in IBAN_STATES:
            fields.append((5, self.number(f"{state.lower()}.iban"), [f"{state.lower()}.iban"]))
        fields.append((word, self.number(name), [name]))
        self.rng.shuffle(fields)
        return fields


def write_json(maker, persons, own_words):
    out = Writer(f"persons-{'own' if own_words else 'english'}.ndjson")
    for person in persons:
        words = WORDS[person["language"]] if own_words else KEYS
        out.put("{")
        for i, (place, text, types) in enumerate(maker.person(person)):
            key = place if isinstance(place, str) else words[place]
            out.put((", " if i else "") + json.dumps(key, ensure_ascii=False) + ": \"")
            out.value(text, types, json.dumps(text, ensure_ascii=False)[1:-1])
            out.put("\"")
        for key in ("order", "sku", "hash", "price", "version", "product"):
            out.put(f', "{key}": {json.dumps(person[key], ensure_ascii=False)}')
        out.put("}\n")
    return out


def write_csv(maker, state, persons):
    out = Writer(f"persons-{state}.csv")
    first = maker.person(persons[0])
    words = WORDS[persons[0]["language"]]
    order = [place if isinstance(place, int) else "id" for place, _, _ in first]
    word = next(place for place, _, _ in first if isinstance(place, str))
    out.put(",".join(word if place == "id" else words[place] for place in order) + ",order_id,sku,amount\n")
    name = next(kind for kind, said in IDENTITY[state] if said == word)
    for person in persons:
        fields = {place if isinstance(place, int) else "id": (text, types) for place, text, types in maker.person(person)}
        fields["id"] = (maker.number(name), [name])
        for place in order:
            text, types = fields[place]
            cell = io.StringIO()
            csv.writer(cell, lineterminator="").writerow([text])
            out.value(text, types, cell.getvalue())
            out.put(",")
        out.put(f"{person['order']},{person['sku']},{person['price']}\n")
    return out


def write_prose(maker, persons):
    out = Writer("letters.txt")
    for person in persons:
        letter, plain = PROSE[person["language"]]
        fields = {}
        for place, text, types in maker.person(person):
            fields[{0: "name", 1: "email", 2: "phone"}.get(place, place)] = (text, types)
        word = next(place for place in fields if isinstance(place, str) and place not in ("name", "email", "phone"))
        known = {"phone": fields["phone"], "email": fields["email"], "number": fields[word],
                 "name": (person["name"], None), "word": (word, None)}
        for sentence, values in ((letter, known), (plain, {k: (str(person[k]), None) for k in ("order", "sku", "hash", "version", "price")})):
            at = 0
            while at < len(sentence):
                brace = sentence.find("{", at)
                if brace < 0:
                    out.put(sentence[at:])
                    break
                out.put(sentence[at:brace])
                end = sentence.index("}", brace)
                text, types = values[sentence[brace + 1:end]]
                out.value(text, types)
                at = end + 1
            out.put("\n")
        out.put(person["text"] + "\n\n")
    return out


def write_devices(maker, persons):
    """Logs of devices: what names a device or a wallet."""
    out = Writer("devices.ndjson")
    for person in persons:
        out.put('{"time": "2026-03-04T05:06:07Z"')
        for key, text, types in (("imei", maker.number("device.imei"), ["device.imei"]), ("mac", person["mac"], ["net.mac"]),
                                 ("client_ip", person["ipv6"], ["net.ipv6"]), ("vin", maker.number("vehicle.vin"), ["vehicle.vin"]),
                                 ("advertising_id", person["uuid"], ["device.advertising-id"])):
            out.put(f', "{key}": "')
            out.value(text, types)
            out.put('"')
        out.put(', "lat": ')
        out.value(str(person["latitude"]), ["geo.latitude"])
        out.put(', "lng": ')
        out.value(str(person["longitude"]), ["geo.longitude"])
        out.put(f', "agent": {json.dumps(person["agent"])}, "build": "{person["version"]}"}}\n')
    return out


def write_negatives(maker, persons):
    """What looks like something and is nothing."""
    rng = maker.rng
    digits = Writer("negative-digits.txt")
    for _ in range(9000):
        digits.put("".join(rng.choice("0123456789") for _ in range(rng.randint(5, 22))) + rng.choice("\n \n,\n;"))
    hashes = Writer("negative-hashes.txt")
    for _ in range(4500):
        hashes.put("%032x %s\n" % (rng.getrandbits(128), rng.randbytes(16).hex()[:rng.choice((7, 12, 32))]))
    uuids = Writer("negative-uuids.txt")
    for _ in range(6000):
        h = "%032x" % rng.getrandbits(128)
        uuids.put(f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}\n")
    blobs = Writer("negative-base64.txt")
    data = base64.b64encode(rng.randbytes(180000)).decode()
    blobs.put("\n".join(data[i:i + 76] for i in range(0, len(data), 76)) + "\n")
    times = Writer("negative-times.log")
    for i in range(5000):
        second = 1700000000 + i * 977
        times.put(f"2026-{1 + i % 12:02}-{1 + i % 28:02}T{i % 24:02}:{i % 60:02}:{(i * 7) % 60:02}.{rng.randrange(1000):03}Z [{second}{rng.randrange(1000):03}] worker-{i % 16} took {rng.randrange(100000)} us, queue {rng.randrange(1000000)}\n")
    orders = Writer("negative-orders.ndjson")
    for i, person in enumerate(persons[:2500]):
        orders.put(json.dumps({"order_id": person["order"], "sku": person["sku"], "qty": i % 7, "amount": person["price"], "tracking": "1Z" + "".join(rng.choice("0123456789ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(16)),
                               "ean": "".join(rng.choice("0123456789") for _ in range(13)), "checksum": person["hash"], "version": person["version"], "product": person["product"], "created": 1700000000000 + i * 86400017, "ratio": rng.random()}) + "\n")
    source = Writer("negative-source.txt")
    for path in sorted((ROOT / "src").rglob("*.[ch]")):
        if "inspect" in path.parts:   # holds examples of what is to be found
            continue
        source.put(path.read_text(encoding="utf-8"))
    return [digits, hashes, uuids, blobs, times, orders, source]


def main():
    persons = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    maker = Maker(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    third = len(persons) // 3
    files = [write_json(maker, persons[:third // 2], False), write_json(maker, persons[third // 2:third], True)]
    by_state = {}
    for person in persons[third:2 * third]:
        by_state.setdefault(person["state"], []).append(person)
    files += [write_csv(maker, state, some) for state, some in by_state.items()]
    files.append(write_prose(maker, persons[2 * third:]))
    files.append(write_devices(maker, persons[:200]))
    files += write_negatives(maker, persons)
    for file in files:
        (folder / file.name).write_bytes(b"".join(file.parts))
    (folder / "labels.json").write_text(json.dumps({file.name: file.labels for file in files}), encoding="utf-8")
    languages = {person["language"] for person in persons}
    print(f"{len(persons) + 200} records in {len(languages)} languages, {sum(len(file.labels) for file in files)} things to find, "
          f"{sum(file.size for file in files if file.name.startswith('negative'))} bytes of what is nothing")


if __name__ == "__main__":
    main()
