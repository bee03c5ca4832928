-- Structures that only the mailbox extract names: the first spelling of each, in a fixed order.
select distinct on (structure_id)
    structure_id,
    legal_name,
    trade_name,
    address_lines,
    cedex,
    postal_code,
    department,
    country
from attachment
where structure_id = any ($1)
  and structure_id <> ''
  and closed_on is null
  and not exists (
      select from organization
      where organization.national_id = attachment.structure_id
        and organization.closed_on is null
  )
order by structure_id, legal_name = '', digest
