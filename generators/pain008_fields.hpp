// Which value stands at which element of a pain.008. Order, names by version and presence come from the table
// schemes/iso20022/pain008.table; here are only the elements SEPA uses and the constants that go with them.
#pragma once

#include <array>

#include "generators/xml_program.hpp"

namespace counterfoil::pain008 {

// Slots of the head.
enum HeadSlot : std::size_t {
  message_id,
  created,
  file_count,
  file_sum,
  initiator_name,
  initiator_private_id,
  initiator_is_creditor_id,
  initiator_organisation_id,
};

// Slots of a block. `block_always` is a value every block has.
enum BlockSlot : std::size_t {
  block_always,
  block_id,
  batch_booking,
  block_count,
  block_sum,
  instrument,
  sequence,
  category_purpose,
  collect_on,
  creditor_name,
  creditor_account,
  creditor_bank,
  creditor_bank_not_provided,
  creditor_id,
};

// Slots of a collection.
enum EntrySlot : std::size_t {
  instruction_id,
  reference,
  amount,
  mandate,
  signed_on,
  amended,
  amended_mandate,
  amended_creditor_name,
  amended_creditor_id,
  amended_account,
  amended_account_smnda,
  payer_bank,
  payer_bank_not_provided,
  payer_name,
  payer_street,
  payer_building,
  payer_postcode,
  payer_town,
  payer_country,
  payer_line_1,
  payer_line_2,
  payer_account,
  ultimate_debtor,
  purpose,
  remittance,
  creditor_reference,
};

inline constexpr std::array head_fields{
    XmlField{"GrpHdr/MsgId", message_id},
    XmlField{"GrpHdr/CreDtTm", created},
    XmlField{"GrpHdr/NbOfTxs", file_count},
    XmlField{"GrpHdr/CtrlSum", file_sum},
    XmlField{"GrpHdr/InitgPty/Nm", initiator_name},
    XmlField{"GrpHdr/InitgPty/Id/PrvtId/Othr/Id", initiator_private_id},
    XmlField{"GrpHdr/InitgPty/Id/PrvtId/Othr/SchmeNm/Prtry", initiator_is_creditor_id, "SEPA"},
    XmlField{"GrpHdr/InitgPty/Id/OrgId/Othr/Id", initiator_organisation_id},
};

// ChrgBr is always SLEV, PmtMtd always DD, and the creditor identifier always private, also for companies.
inline constexpr std::array block_fields{
    XmlField{"PmtInf/PmtInfId", block_id},
    XmlField{"PmtInf/PmtMtd", block_always, "DD"},
    XmlField{"PmtInf/BtchBookg", batch_booking},
    XmlField{"PmtInf/NbOfTxs", block_count},
    XmlField{"PmtInf/CtrlSum", block_sum},
    XmlField{"PmtInf/PmtTpInf/SvcLvl/Cd", block_always, "SEPA"},
    XmlField{"PmtInf/PmtTpInf/LclInstrm/Cd", instrument},
    XmlField{"PmtInf/PmtTpInf/SeqTp", sequence},
    XmlField{"PmtInf/PmtTpInf/CtgyPurp/Cd", category_purpose},
    XmlField{"PmtInf/ReqdColltnDt", collect_on},
    XmlField{"PmtInf/Cdtr/Nm", creditor_name},
    XmlField{"PmtInf/CdtrAcct/Id/IBAN", creditor_account},
    XmlField{"PmtInf/CdtrAgt/FinInstnId/BICFI", creditor_bank},
    XmlField{"PmtInf/CdtrAgt/FinInstnId/BIC", creditor_bank},
    XmlField{"PmtInf/CdtrAgt/FinInstnId/Othr/Id", creditor_bank_not_provided, "NOTPROVIDED"},
    XmlField{"PmtInf/ChrgBr", block_always, "SLEV"},
    XmlField{"PmtInf/CdtrSchmeId/Id/PrvtId/Othr/Id", creditor_id},
    XmlField{"PmtInf/CdtrSchmeId/Id/PrvtId/Othr/SchmeNm/Prtry", creditor_id, "SEPA"},
};

// SMNDA stands in OrgnlDbtrAcct since 20 November 2016.
inline constexpr std::array entry_fields{
    XmlField{"PmtInf/DrctDbtTxInf/PmtId/InstrId", instruction_id},
    XmlField{"PmtInf/DrctDbtTxInf/PmtId/EndToEndId", reference},
    XmlField{"PmtInf/DrctDbtTxInf/InstdAmt", amount},
    XmlField{"PmtInf/DrctDbtTxInf/DrctDbtTx/MndtRltdInf/MndtId", mandate},
    XmlField{"PmtInf/DrctDbtTxInf/DrctDbtTx/MndtRltdInf/DtOfSgntr", signed_on},
    XmlField{"PmtInf/DrctDbtTxInf/DrctDbtTx/MndtRltdInf/AmdmntInd", amended, "true"},
    XmlField{"PmtInf/DrctDbtTxInf/DrctDbtTx/MndtRltdInf/AmdmntInfDtls/OrgnlMndtId", amended_mandate},
    XmlField{"PmtInf/DrctDbtTxInf/DrctDbtTx/MndtRltdInf/AmdmntInfDtls/OrgnlCdtrSchmeId/Nm", amended_creditor_name},
    XmlField{"PmtInf/DrctDbtTxInf/DrctDbtTx/MndtRltdInf/AmdmntInfDtls/OrgnlCdtrSchmeId/Id/PrvtId/Othr/Id",
             amended_creditor_id},
    XmlField{"PmtInf/DrctDbtTxInf/DrctDbtTx/MndtRltdInf/AmdmntInfDtls/OrgnlCdtrSchmeId/Id/PrvtId/Othr/SchmeNm/Prtry",
             amended_creditor_id, "SEPA"},
    XmlField{"PmtInf/DrctDbtTxInf/DrctDbtTx/MndtRltdInf/AmdmntInfDtls/OrgnlDbtrAcct/Id/IBAN", amended_account},
    XmlField{"PmtInf/DrctDbtTxInf/DrctDbtTx/MndtRltdInf/AmdmntInfDtls/OrgnlDbtrAcct/Id/Othr/Id", amended_account_smnda,
             "SMNDA"},
    XmlField{"PmtInf/DrctDbtTxInf/DbtrAgt/FinInstnId/BICFI", payer_bank},
    XmlField{"PmtInf/DrctDbtTxInf/DbtrAgt/FinInstnId/BIC", payer_bank},
    XmlField{"PmtInf/DrctDbtTxInf/DbtrAgt/FinInstnId/Othr/Id", payer_bank_not_provided, "NOTPROVIDED"},
    XmlField{"PmtInf/DrctDbtTxInf/Dbtr/Nm", payer_name},
    XmlField{"PmtInf/DrctDbtTxInf/Dbtr/PstlAdr/StrtNm", payer_street},
    XmlField{"PmtInf/DrctDbtTxInf/Dbtr/PstlAdr/BldgNb", payer_building},
    XmlField{"PmtInf/DrctDbtTxInf/Dbtr/PstlAdr/PstCd", payer_postcode},
    XmlField{"PmtInf/DrctDbtTxInf/Dbtr/PstlAdr/TwnNm", payer_town},
    XmlField{"PmtInf/DrctDbtTxInf/Dbtr/PstlAdr/Ctry", payer_country},
    XmlField{"PmtInf/DrctDbtTxInf/Dbtr/PstlAdr/AdrLine", payer_line_1},
    XmlField{"PmtInf/DrctDbtTxInf/Dbtr/PstlAdr/AdrLine", payer_line_2},
    XmlField{"PmtInf/DrctDbtTxInf/DbtrAcct/Id/IBAN", payer_account},
    XmlField{"PmtInf/DrctDbtTxInf/UltmtDbtr/Nm", ultimate_debtor},
    XmlField{"PmtInf/DrctDbtTxInf/Purp/Cd", purpose},
    XmlField{"PmtInf/DrctDbtTxInf/RmtInf/Ustrd", remittance},
    XmlField{"PmtInf/DrctDbtTxInf/RmtInf/Strd/CdtrRefInf/Tp/CdOrPrtry/Cd", creditor_reference, "SCOR"},
    XmlField{"PmtInf/DrctDbtTxInf/RmtInf/Strd/CdtrRefInf/Ref", creditor_reference},
};

}  // namespace counterfoil::pain008
