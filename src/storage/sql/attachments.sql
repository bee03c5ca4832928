-- What mailboxes are attached to, with the structures of the register that carry the identifier.
select
    address,
    person_id,
    title,
    family,
    given,
    category,
    profession,
    specialty,
    structure_id,
    legal_name,
    trade_name,
    address_lines,
    cedex,
    postal_code,
    department,
    country,
    service,
    array(
        select id
        from organization
        where organization.national_id = attachment.structure_id
          and organization.national_id <> ''
          and organization.closed_on is null
        order by id
    ) as "organizations!"
from attachment
where address = any ($1)
  and closed_on is null
order by address, digest
