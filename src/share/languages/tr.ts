import type { PageTexts } from "../page-texts.ts";

export const tr: PageTexts = {
  name: "Türkçe",
  direction: "ltr",
  title: "Bağlantı bilgileri",
  otherLanguages: "Diğer diller",
  typeHeading: "Ne yazmalısınız",
  typeIntro: "WhatsApp’ta şunu açın:",
  menu: ["Ayarlar", "Depolama ve veriler", "Proxy"],
  host: "Proxy adresi",
  chatPort: "Sohbet bağlantı noktası",
  mediaPort: "Medya bağlantı noktası",
  on: "açık",
  off: "kapalı",
  buttonHeading: "Ya da bu düğmeye dokunun",
  button: "WhatsApp’ta aç",
  buttonNote: "Uygulama yerine bir web sitesi açılırsa yukarıdaki bilgileri elle yazın.",
  codeHeading: "İkinci telefon için",
  scanHeading: "Ya da bu kodu tarayın",
  codeNote: "Telefonun kamerasını bu görüntüye tutun.",
  codeLabel: "Aynı bilgileri içeren QR kodu",
  keepHeading: "Bu sayfayı saklayın",
  changed: "Son değişiklik: {time}",
  keep: "Bu bilgiler zaman zaman değişir. Bu sayfa her zaman güncel olanları gösterir: saklayın ve yalnızca güvendiğiniz kişilere verin.",
  reportHeading: "Çalışmıyor mu?",
  reportNote:
    "Buraya dokunun. Yalnızca kaç kez dokunulduğu sayılır, sizinle ilgili hiçbir şey saklanmaz.",
  report: "Bende çalışmıyor",
  received:
    "Teşekkürler, sayıldı. Birkaç dakika sonra tekrar gelin: bilgiler değiştiyse yenileri burada olur.",
  print: "Yazdırılabilir sürüm",
  printNote:
    "Bu bilgiler değişebilir. Çalışmaz olurlarsa bu kâğıdı size veren kişiden yenilerini isteyin.",
  absentHeading: "Şu anda bilgi yok",
  absentNote: "Birkaç dakika sonra tekrar gelin ve bu sayfayı saklayın: bilgiler burada görünecek.",
};
